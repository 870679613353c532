// Redis as far as the cache of orders asks it, shared by whoever is given it: as several processes share one.

export class MemoryRedis {
  readonly entries = new Map<string, string>()
  takesChanges = true
  /** Fills wait, until `fillAll`. */
  fillsLate = false
  readonly #fills: (() => void)[] = []
  get = async (key: string) => this.entries.get(key) ?? null
  fill = (key: string, value: string, _ttlMs: number, isWanted: () => boolean) => {
    this.#fills.push(() => {
      if (isWanted() && !this.entries.has(key)) this.entries.set(key, value)
    })
    if (!this.fillsLate) this.fillAll()
  }
  fillAll = () => {
    for (const fill of this.#fills.splice(0)) fill()
  }
  put = async (key: string, value: string) => {
    if (this.takesChanges) this.entries.set(key, value)
    return this.takesChanges
  }
}
