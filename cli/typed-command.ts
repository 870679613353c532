/** The command that starts this again: what was meant, not what npm left of it. */
export function typedCommand(name: string, words: readonly string[]): string {
  const command = name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`
  return words.length === 0 ? command : `${command} -- ${words.map(shellQuoted).join(' ')}`
}

function shellQuoted(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
