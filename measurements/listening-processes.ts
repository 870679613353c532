// Who listens on a port of this machine: what the target itself uses is then no work of others. man 5 proc, net/tcp.

import { readdir, readFile, readlink } from 'node:fs/promises'

const LISTENING = '0A'
/** Docker's own relay listens for a container: what works is elsewhere. */
const RELAYS = ['docker-proxy', 'rootlesskit', 'slirp4netns']

/** Empty: nobody who can be seen, or a relay of somebody who cannot. */
export async function listenersOn(port: number): Promise<readonly number[]> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  const sockets = new Set(tables.flatMap((table) => socketsOn(table, port)))
  if (sockets.size === 0) return []
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^[0-9]+$/.test(name)).map(Number)
  const found = await Promise.all(pids.map(async (pid) => ((await holdsOneOf(pid, sockets)) ? [pid] : [])))
  const listeners = found.flat()
  const names = await Promise.all(listeners.map((pid) => readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')))
  return names.some((name) => RELAYS.includes(name.trim())) ? [] : listeners
}

/** Inodes of the sockets that listen on a port, out of /proc/net/tcp. */
export function socketsOn(table: string, port: number): readonly string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.split(':')[1] === wanted && state === LISTENING)
    .flatMap((fields) => fields[9] ?? [])
}

/** Files of another user's process are not ours to read: then it is not seen. */
async function holdsOneOf(pid: number, sockets: ReadonlySet<string>): Promise<boolean> {
  const files = await readdir(`/proc/${pid}/fd`).catch(() => [])
  for (const file of files) {
    const target = await readlink(`/proc/${pid}/fd/${file}`).catch(() => '')
    if (sockets.has(/^socket:\[([0-9]+)\]$/.exec(target)?.[1] ?? '')) return true
  }
  return false
}
