// A target is written the way its owner confirms it: one spelling of one host. Whatever a parser would read as another
// host than a person does is refused, not corrected.

import { isIP } from 'node:net'
import { Refusal } from '../contracts/refusal.ts'
import { isLoopback } from '../measurements/conditions.ts'

export interface SpelledTarget {
  readonly baseUrl: string
  readonly hostname: string
  /** With its port, as it must be confirmed. */
  readonly host: string
  readonly isThisMachine: boolean
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' }
const IPV4_IN_IPV6 = /^\[::(?:ffff:)?[0-9a-f]{1,4}:[0-9a-f]{1,4}\]$/
const NOBODY = ['0.0.0.0', '[::]']

export function spelledTarget(target: string): SpelledTarget {
  const url = URL.parse(target)
  if (!url || !(url.protocol in DEFAULT_PORTS) || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new Refusal({
      what: `${url?.password ? 'what was given' : target} is no target`,
      why: ['a target is the address of a server, without a path'],
      wayOut: 'For example:',
      command: 'npm run load -- checkout --target http://127.0.0.1:8080',
    })
  }
  if (url.username !== '' || url.password !== '' || target.includes('@')) {
    throw new Refusal({
      what: 'a target carries no user and no password',
      why: ['it is written into the run and its report, and hides which host is meant'],
      wayOut: `Give ${url.origin} alone.`,
    })
  }
  if (url.hostname.endsWith('.'))
    refuseSpelling(target, url, 'a host that ends in a dot is another name to a name service')
  if (IPV4_IN_IPV6.test(url.hostname)) {
    refuseSpelling(
      target,
      url,
      'an IPv4 address in IPv6 form hides which host is meant',
      'Give the IPv4 address itself.',
    )
  }
  if (NOBODY.includes(url.hostname)) {
    refuseSpelling(target, url, 'it is the address of no host', 'Give 127.0.0.1 for this machine.')
  }
  const typed = target.slice(url.protocol.length + 2).replace(/\/$/, '')
  if (typed !== url.host && typed !== withPort(url)) refuseSpelling(target, url, `it is read as ${url.host}`)
  return {
    baseUrl: url.origin,
    hostname: url.hostname,
    host: withPort(url),
    isThisMachine: isLoopback(url.hostname),
  }
}

/** `[::1]` → `::1`; null: a name. */
export function addressIn(hostname: string): string | null {
  const bare = hostname.replace(/^\[|\]$/g, '')
  return isIP(bare) === 0 ? null : bare
}

function withPort(url: URL): string {
  return `${url.hostname}:${url.port || DEFAULT_PORTS[url.protocol]}`
}

function refuseSpelling(target: string, url: URL, why: string, wayOut?: string): never {
  const plain = `${url.protocol}//${url.host.replace(/\.(?=:|$)/, '')}`
  throw new Refusal({
    what: `${target} is not how a target is written`,
    why: [why],
    wayOut: wayOut ?? `If you mean ${plain}, write that.`,
  })
}
