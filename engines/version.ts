// Version numbers as programs and servers print them.

/** The first dotted number in a text: `nginx version: nginx/1.22.1` → `1.22.1`. */
export function versionIn(text: string): string | undefined {
  return /\d+(?:\.\d+)+/.exec(text)?.[0]
}

/** Compares as many parts as the floor has: 8.19.3 is at least 8.19, 10.6 is not at least 10.11. */
export function isAtLeast(version: string, floor: string): boolean {
  const parts = version.split(/[.-]/).map(Number)
  for (const [index, wanted] of floor.split('.').map(Number).entries()) {
    const part = parts[index] ?? 0
    if (part !== wanted) return part > wanted
  }
  return true
}
