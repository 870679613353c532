/** At most `limit` at once. The first failure lets those under way end, begins no other, and is thrown then. */
export async function forEachBounded<T>(
  entries: readonly T[],
  limit: number,
  work: (entry: T) => Promise<void>,
): Promise<void> {
  const queue = entries.values()
  const failures: unknown[] = []
  const worker = async () => {
    for (const entry of queue) {
      if (failures.length > 0) return
      try {
        await work(entry)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, entries.length) }, worker))
  if (failures.length > 0) throw failures[0]
}
