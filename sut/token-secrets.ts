// The secrets of an interface's tokens as text: one a line. The first signs new tokens, all are accepted.

export const MIN_SECRET_LENGTH = 32

export interface TokenSecrets {
  readonly secrets: readonly string[]
  /** Where they stand, so that they can be read again. */
  readonly file?: string | undefined
}

export function parseTokenSecrets(text: string): readonly string[] {
  return text.split(/\s+/).filter(Boolean)
}

/** null: they may be used. */
export function mistakeIn(secrets: readonly string[]): string | null {
  if (secrets.length === 0) return 'it holds no secret'
  const short = secrets.filter((secret) => secret.length < MIN_SECRET_LENGTH)
  return short.length === 0 ? null : `a secret is shorter than ${MIN_SECRET_LENGTH} characters`
}
