// Stores that take encrypted connections only, with certificates of an authority that nobody else knows.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { debianEnv } from '../engines/fetch-debian.ts'

export interface Certificates {
  /** The authority's; to be trusted. */
  readonly ca: string
  readonly cert: string
  readonly key: string
  /** Puts another certificate in place of the one that is there. */
  sign(names: string): void
  remove(): void
}

export const OF_THIS_MACHINE = 'DNS:localhost,IP:127.0.0.1'

export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-certificates-'))
  // The database runs as somebody else where the tests run as root.
  chmodSync(folder, 0o755)
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
  const fresh = ['-newkey', 'rsa:2048', '-nodes', '-subj']
  openssl(
    'req',
    '-x509',
    ...fresh,
    '/CN=an authority of this test',
    '-days',
    '2',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  )
  openssl('req', ...fresh, '/CN=a server of this test', '-keyout', 'key.pem', '-out', 'request.pem')
  const sign = (names: string) => {
    writeFileSync(join(folder, 'names'), `subjectAltName=${names}`)
    const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2']
    openssl('x509', '-req', '-in', 'request.pem', ...authority, '-extfile', 'names', '-out', 'cert.pem')
  }
  sign(OF_THIS_MACHINE)
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  for (const path of [ca, cert, key]) chmodSync(path, 0o644)
  return { ca, cert, key, sign, remove: () => rmSync(folder, { recursive: true }) }
}

export interface StoppableServer {
  stop(): Promise<void>
}

/** Ends a running program, and runs it again as it was run, with further words. */
export async function runAgain(pid: number, words: readonly string[]): Promise<StoppableServer> {
  const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8').split('\0').filter(Boolean)
  const program = readlinkSync(`/proc/${pid}/exe`)
  const [, ...before] = read('cmdline')
  const env = Object.fromEntries(read('environ').map((line) => line.split(/=(.*)/s).slice(0, 2)))
  const cwd = readlinkSync(`/proc/${pid}/cwd`)
  const { uid, gid } = statSync(`/proc/${pid}`)
  process.kill(pid, 'SIGTERM')
  while (isThere(pid)) await new Promise((resolve) => setTimeout(resolve, 50))
  return stoppable(spawn(program, [...before, ...words], { cwd, env, uid, gid, stdio: 'ignore' }))
}

/** A Redis that speaks TLS alone, made of the program behind `pid`. */
export async function startEncryptedRedis(
  pid: number,
  { ca, cert, key }: Certificates,
): Promise<StoppableServer & { readonly url: string }> {
  const port = await freePort()
  const words = {
    bind: '127.0.0.1',
    port: '0',
    'tls-port': String(port),
    'tls-cert-file': cert,
    'tls-key-file': key,
    'tls-ca-cert-file': ca,
    'tls-auth-clients': 'no',
    save: '',
    requirepass: 'a-password-of-this-test',
  }
  const program = readlinkSync(`/proc/${pid}/exe`)
  // Unpacked, it finds its libraries beside it. (Its own environment cannot be read: it writes its title there.)
  const root = program.split('/usr/bin/')[0] || undefined
  const server = spawn(
    program,
    Object.entries(words).flatMap(([name, value]) => [`--${name}`, value]),
    // Debian's is one program for several jobs, by the name it is called.
    { argv0: 'redis-server', env: debianEnv(root, process.env), stdio: 'ignore' },
  )
  return { ...stoppable(server), url: `rediss://:${words.requirepass}@127.0.0.1:${port}/0` }
}

function stoppable(server: ChildProcess): StoppableServer {
  const ended = once(server, 'exit')
  return {
    stop: async () => {
      server.kill('SIGTERM')
      await ended
    },
  }
}

function isThere(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port is free')
  return address.port
}
