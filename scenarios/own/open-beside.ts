// open() of a script of one's own: beside the script, though what k6 runs is a bundle that lies elsewhere. Put in by the
// bundler for every free `open`.

declare const SCRIPT_FOLDER: string
const k6Open = (globalThis as unknown as { open(path: string, mode?: 'b'): unknown }).open

export function open(path: string, mode?: 'b'): unknown {
  const isWhole = path.startsWith('/') || path.includes('://')
  const beside = isWhole ? path : `${SCRIPT_FOLDER}/${path}`
  return mode === undefined ? k6Open(beside) : k6Open(beside, mode)
}
