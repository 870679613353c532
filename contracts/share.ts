// Several generators offer one load together: of n, the g-th takes the requests i with i mod n = g. So the union of what
// they offer is the load, request by request, and a request's number says who sent it (docs/decisions/0066).

export interface Share {
  /** From 0. */
  readonly index: number
  /** Generators that offer the load together. */
  readonly of: number
}

/** One generator, all requests. */
export const WHOLE: Share = { index: 0, of: 1 }
export const MOST_GENERATORS = 64

export function allShares(of: number): readonly Share[] {
  return Array.from({ length: of }, (_, index) => ({ index, of }))
}

/** How many of `total` things are the share's. */
export function shareCount(total: number, { index, of }: Share): number {
  return Math.max(0, Math.ceil((total - index) / of))
}

/** Number, in the whole load, of the share's nth request. */
export function nthOfShare(nth: number, { index, of }: Share): number {
  return nth * of + index
}

export function isOfShare(request: number, { index, of }: Share): boolean {
  return request % of === index
}

/** People count from 1: `2/4`. */
export function shareText({ index, of }: Share): string {
  return `${index + 1}/${of}`
}

/** null: no share. */
export function parseShare(text: string): Share | null {
  const [first, last] = (/^([0-9]{1,3})\/([0-9]{1,3})$/.exec(text) ?? []).slice(1).map(Number)
  if (first === undefined || last === undefined) return null
  return first >= 1 && first <= last && last <= MOST_GENERATORS ? { index: first - 1, of: last } : null
}

/** In a sentence. */
export function generatorName({ index, of }: Share): string {
  return of === 1 ? 'k6' : `generator ${index + 1} of ${of}`
}
