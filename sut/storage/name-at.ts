// Statuses and the like are stored as their position in an append-only list.

/** Throws RangeError for a position that this version does not know. */
export function nameAt<const T extends readonly string[]>(names: T, position: number): T[number] {
  const name = names[position]
  if (name === undefined) throw new RangeError(`position ${position} of [${names.join(', ')}]`)
  return name
}
