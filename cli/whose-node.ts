// Which Node runs this: the bootstrap fetches one where the user's is too old, and people look for theirs.

/** `userAgent`: as npm gives it to its scripts, `npm/10.8.2 node/v20.20.2 linux x64 …`. */
export function nodeText(running: string, userAgent: string | undefined): string {
  const yours = /\bnode\/(v[0-9.]+)/.exec(userAgent ?? '')?.[1]
  return yours === undefined || yours === running ? running : `${running}, fetched by Headroom; yours is ${yours}`
}
