// How the monolith writes times, and the names of users who never gave one.

/** `2026-11-26 04:05:06`, UTC: the second that the moment lies in. A DATETIME that is given a fraction rounds it. */
export function dateTimeText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')
}

export function legacyNickname(userId: number): string {
  return `user${userId}`
}
