// Numbers as a reader sees them: units always, three significant digits in prose, exact in tables. No locale, no clock:
// the same number gives the same text on every machine.

const THIN_SPACE = '\u202f'

/** `1 234 567`: exact, grouped by thousands. */
export function exact(value: number): string {
  const [whole = '', fraction] = String(roundTo(value, 6)).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, THIN_SPACE)
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** `1.23 M`: three significant digits with k, M or billion; small numbers as they are. */
export function compact(value: number): string {
  const size = Math.abs(value)
  if (size >= 999.5e6) return `${significant(value / 1e9)}${THIN_SPACE}billion`
  if (size >= 999.5e3) return `${significant(value / 1e6)}${THIN_SPACE}M`
  if (size >= 10e3) return `${significant(value / 1e3)}${THIN_SPACE}k`
  return size >= 1000 ? exact(Math.round(value)) : significant(value)
}

/** Decimal units, as disks are sold. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const
  const at = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3 + 1e-9))
  return `${significant(value / 1000 ** at)}${THIN_SPACE}${units[at]}`
}

export function ms(value: number): string {
  return value >= 10_000 ? `${significant(value / 1000)}${THIN_SPACE}s` : `${significant(value)}${THIN_SPACE}ms`
}

export function perSecond(value: number): string {
  return `${compact(value)}/s`
}

/** `0.44 %`, `97 %`: enough digits that a small share is not shown as none. */
export function percent(share: number): string {
  return `${significant(share * 100, share > 0 && share < 0.1 ? 2 : 3)}${THIN_SPACE}%`
}

/** `P = 0.31`, without claiming certainty: `< 0.001`, `> 0.999`. Below 0.1 a third digit: limits lie at 0.05. */
export function probability(value: number): string {
  if (value < 0.001) return '< 0.001'
  if (value > 0.999) return '> 0.999'
  return value.toFixed(value < 0.1 || value > 0.99 ? 3 : 2)
}

/** `12 to 17`, or one number where the ends read the same. */
export function range(low: number, high: number, text: (value: number) => string = compact): string {
  const [from, to] = [text(low), text(high)]
  return from === to ? from : `${from} to ${to}`
}

export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${exact(count)} ${count === 1 ? noun : nouns}`
}

export function significant(value: number, digits = 3): string {
  if (value === 0) return '0'
  const size = Math.floor(Math.log10(Math.abs(value)))
  return String(roundTo(value, Math.max(0, digits - 1 - size)))
}

function roundTo(value: number, decimals: number): number {
  return Number(value.toFixed(Math.min(20, decimals)))
}
