// What both sides of the benchmark are asked to do.

export const BENCH_FLOWS = ['list', 'detail', 'checkout'] as const
export type BenchFlow = (typeof BENCH_FLOWS)[number]

export function byFlow<T>(value: (flow: BenchFlow) => T): Readonly<Record<BenchFlow, T>> {
  return Object.fromEntries(BENCH_FLOWS.map((flow) => [flow, value(flow)])) as Record<BenchFlow, T>
}

export const USERS = 100
/** Orders of each user, and the rows of a list's page. */
export const PAGE = 20
/** Requests at once: as many as there are connections to MySQL. */
export const CONCURRENCY = 16
export const BENCH_ITEMS = [
  { productId: 5, quantity: 2 },
  { productId: 9, quantity: 1 },
] as const

/** Every user PAGE times, in turn. */
export function usersInTurn(): readonly number[] {
  return Array.from({ length: USERS * PAGE }, (_, index) => (index % USERS) + 1)
}
