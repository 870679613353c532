// How a target elsewhere shows that its owner agrees to be loaded: it answers a question that only its owner, or a system
// that shares the loader's secret, can know the answer to.

/** Answered with the token itself (a file that the owner put there), or with the HMAC of the message under the secret. */
export function challengePath(token: string): string {
  return `/.well-known/headroom-challenge/${token}`
}

/** Has a colon, so it is never the signed part of a token of a user. */
export function challengeMessage(token: string): string {
  return `headroom-challenge:${token}`
}

export const CHALLENGE_TOKEN = /^[0-9a-f]{32}$/
