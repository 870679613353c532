// Machines to choose from. Costs are in cores: one core buys about 8 GiB of memory, and 1 TB of SSD costs about 8 cores,
// as in the list prices of the large clouds. They decide between types, never how much is needed.

export interface MachineType {
  readonly name: string
  readonly cores: number
  readonly memoryBytes: number
  readonly diskBytes: number
  /** The cheapest fitting set wins. */
  readonly cost: number
}

const GIB_PER_CORE = 8
const CORES_PER_TB = 8
/** Reads and writes a second that a local SSD does per TB. */
const IOPS_PER_TB = 50e3

export interface DiskHost extends MachineType {
  readonly diskIops: number
}

export const APPLICATION_NODES: readonly MachineType[] = [
  machine('4-core nodes', 4, 8, 0),
  machine('8-core nodes', 8, 16, 0),
  machine('16-core nodes', 16, 32, 0),
]

export const DATABASE_HOSTS: readonly DiskHost[] = [
  diskHost('hosts of 8 cores, 64 GiB, 2 TB', 8, 64, 2),
  diskHost('hosts of 16 cores, 128 GiB, 4 TB', 16, 128, 4),
  diskHost('hosts of 16 cores, 256 GiB, 4 TB', 16, 256, 4),
  diskHost('hosts of 32 cores, 512 GiB, 4 TB', 32, 512, 4),
]

export const SEARCH_NODES: readonly DiskHost[] = [
  diskHost('nodes of 4 cores, 32 GiB, 1 TB', 4, 32, 1),
  diskHost('nodes of 8 cores, 64 GiB, 2 TB', 8, 64, 2),
  diskHost('nodes of 16 cores, 64 GiB, 2 TB', 16, 64, 2),
]

function diskHost(name: string, cores: number, memoryGib: number, diskTb: number): DiskHost {
  return { ...machine(name, cores, memoryGib, diskTb), diskIops: diskTb * IOPS_PER_TB }
}

function machine(name: string, cores: number, memoryGib: number, diskTb: number): MachineType {
  const cost = cores + memoryGib / GIB_PER_CORE + diskTb * CORES_PER_TB
  return { name, cores, memoryBytes: memoryGib * 2 ** 30, diskBytes: diskTb * 1e12, cost }
}
