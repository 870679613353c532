// Every address but the allowed ones, as networks: k6 knows a list of addresses it must not connect to, and none of those
// it may.

const WIDTH = { v4: 32, v6: 128 } as const

/** `127.0.0.0/8`, `10.0.0.5/32`, `::1/128` → what lies outside of all of them. */
export function networksOutside(allowed: readonly string[]): readonly string[] {
  const v6 = allowed.filter((network) => network.includes(':')).map((network) => prefixOf(network, bitsOfV6))
  const v4 = allowed.filter((network) => !network.includes(':')).map((network) => prefixOf(network, bitsOfV4))
  return [...outside('', v4).map(textOfV4), ...outside('', v6).map(textOfV6)]
}

/** Prefixes as bits: what starts with an allowed one is allowed, what no allowed one starts with is outside. */
function outside(prefix: string, allowed: readonly string[]): readonly string[] {
  if (allowed.some((one) => prefix.startsWith(one))) return []
  if (!allowed.some((one) => one.startsWith(prefix))) return [prefix]
  return [...outside(`${prefix}0`, allowed), ...outside(`${prefix}1`, allowed)]
}

function prefixOf(network: string, bitsOf: (address: string) => string): string {
  const [address = '', length] = network.split('/')
  return bitsOf(address).slice(0, Number(length))
}

function bitsOfV4(address: string): string {
  return address
    .split('.')
    .map((part) => Number(part).toString(2).padStart(8, '0'))
    .join('')
}

function bitsOfV6(address: string): string {
  const [head = '', tail] = address.split('::')
  const groups = (text: string | undefined) => (text ? text.split(':') : [])
  const [before, after] = [groups(head), groups(tail)]
  const missing = tail === undefined ? 0 : 8 - before.length - after.length
  const all = [...before, ...Array.from({ length: missing }, () => '0'), ...after]
  return all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('')
}

function textOfV4(prefix: string): string {
  const parts = prefix.padEnd(WIDTH.v4, '0').match(/.{8}/g) ?? []
  return `${parts.map((part) => Number.parseInt(part, 2)).join('.')}/${prefix.length}`
}

function textOfV6(prefix: string): string {
  const parts = prefix.padEnd(WIDTH.v6, '0').match(/.{16}/g) ?? []
  return `${parts.map((part) => Number.parseInt(part, 2).toString(16)).join(':')}/${prefix.length}`
}
