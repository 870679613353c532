// Days in UTC. A plan knows no time zones: a shop's hours are given by its hour shape.

export const DAY_MS = 86_400_000

/** Midnight (UTC) of `YYYY-MM-DD`. */
export function dayStartMs(date: string): number {
  return Date.parse(`${date}T00:00:00Z`)
}

export function dateOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** Midnight of the same calendar day `years` later (or earlier, when negative); 29 February becomes 1 March. */
export function plusYears(ms: number, years: number): number {
  const date = new Date(ms)
  return Date.UTC(date.getUTCFullYear() + years, date.getUTCMonth(), date.getUTCDate())
}

/** Midnights of all days in [startMs, endMs). */
export function daysBetween(startMs: number, endMs: number): readonly number[] {
  return Array.from({ length: Math.round((endMs - startMs) / DAY_MS) }, (_, day) => startMs + day * DAY_MS)
}

/** Monday is 0. */
export function weekdayOf(ms: number): number {
  return (new Date(ms).getUTCDay() + 6) % 7
}
