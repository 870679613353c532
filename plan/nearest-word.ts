// "Did you mean …?": the same word in another spelling, a part of one word only, or the word with the fewest typing
// mistakes (Levenshtein distance), if that is few enough.

export function nearest(word: string, candidates: readonly string[]): string | null {
  const wanted = letters(word)
  const spelled = candidates.filter((candidate) => letters(candidate) === wanted)
  const containing = wanted.length < 3 ? [] : candidates.filter((candidate) => letters(candidate).includes(wanted))
  return only(spelled) ?? only(containing) ?? closest(word, candidates)
}

function closest(word: string, candidates: readonly string[]): string | null {
  const best = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance)[0]
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : null
}

function only(words: readonly string[]): string | null {
  return words.length === 1 ? (words[0] ?? null) : null
}

/** `rows_per_table`, `rowsPerTable` and `Rows-per-table` are one word. */
function letters(word: string): string {
  return word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(substituted, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
