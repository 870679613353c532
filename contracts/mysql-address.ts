// A MySQL address as a driver wants it: the one reading of `mysql://user:password@host:port/schema?ssl-mode=…`. What it says
// about TLS is kept or refused, never dropped: who asked for an encrypted connection must not get another.

import type { MysqlAddress } from './shard-map.ts'

/** MySQL's own words. PREFERRED is none of them: it is content with what it gets. */
export const SSL_MODES = ['DISABLED', 'REQUIRED', 'VERIFY_CA', 'VERIFY_IDENTITY'] as const
type SslMode = (typeof SSL_MODES)[number]

/** Names of files: authorities that are trusted, and our own certificate where the server asks for one. */
const FILES = { 'ssl-ca': 'ca', 'ssl-cert': 'cert', 'ssl-key': 'key' } as const

/** Of such a host the driver would check that it is called localhost. */
const IP_ADDRESS = /^\d+(\.\d+){3}$|^\[/

export interface TlsOptions {
  readonly rejectUnauthorized: boolean
  readonly verifyIdentity: boolean
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
}

export interface DriverOptions {
  readonly host?: string
  readonly port?: number
  readonly socketPath?: string
  readonly user: string
  readonly password: string
  readonly database: string
  readonly ssl?: TlsOptions
}

/** One line per option that cannot be kept; quotes no value. */
export function tlsMistakes(url: string): readonly string[] {
  const address = URL.parse(url)
  const options = address?.searchParams ?? new URLSearchParams()
  const names = [...new Set(options.keys())]
  const unknown = names.filter((name) => name !== 'ssl-mode' && !(name in FILES))
  const mode = options.get('ssl-mode')
  return [
    ...unknown.map((name) => `option ${name} is none of ssl-mode, ${Object.keys(FILES).join(', ')}`),
    ...(mode === null || isMode(mode) ? [] : [`ssl-mode is none of ${SSL_MODES.join(', ')}`]),
    ...(names.some((name) => name in FILES) && (mode === null || mode === 'DISABLED')
      ? ['files for TLS are named, and ssl-mode does not ask for it']
      : []),
    ...(mode === 'VERIFY_IDENTITY' && IP_ADDRESS.test(address?.hostname ?? '')
      ? ['ssl-mode=VERIFY_IDENTITY needs the name of the host, not its IP address']
      : []),
  ]
}

/** `read`: the text of a file. Throws for an address that says what cannot be kept. */
export function driverOptions({ url, socketPath }: MysqlAddress, read: (path: string) => string): DriverOptions {
  const mistakes = tlsMistakes(url)
  if (mistakes.length > 0) throw new Error(`the MySQL address cannot be followed: ${mistakes.join('; ')}`)
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const ssl = tlsOf(searchParams, read)
  return {
    ...(socketPath && !ssl ? { socketPath } : { host: hostname, port: Number(port || 3306) }),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    ...(ssl && { ssl }),
  }
}

function tlsOf(options: URLSearchParams, read: (path: string) => string): TlsOptions | undefined {
  const mode = options.get('ssl-mode') as SslMode | null
  if (mode === null || mode === 'DISABLED') return undefined
  const files = Object.entries(FILES).flatMap(([name, option]) => {
    const path = options.get(name)
    return path === null ? [] : [[option, read(path)] as const]
  })
  return {
    rejectUnauthorized: mode !== 'REQUIRED',
    verifyIdentity: mode === 'VERIFY_IDENTITY',
    ...Object.fromEntries(files),
  }
}

function isMode(text: string): text is SslMode {
  return (SSL_MODES as readonly string[]).includes(text)
}
