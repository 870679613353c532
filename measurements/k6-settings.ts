// Settings of a process of k6 that a target elsewhere, or a script of one's own, asks for.

import { isIP, isIPv6 } from 'node:net'
import type { Share } from '../contracts/share.ts'
import type { Load } from './load.ts'
import { networksOutside } from './other-networks.ts'
import type { Target } from './target.ts'

const THIS_MACHINE = ['127.0.0.0/8', '::1/128']
/** What a user gives a script of theirs: `FLOW_TOKEN=… npm run load -- ./my-flow.ts`. */
const FOR_SCRIPTS = /^FLOW_[A-Z0-9_]+$/

/** k6 connects to the target's address alone, even when a name or a script says otherwise later. */
export function addressSettings(
  { baseUrl, address, maxRatePerSecond }: Target,
  { shares, isGated }: { readonly shares: readonly Share[]; readonly isGated: boolean },
): Readonly<Record<string, string>> {
  const host = new URL(baseUrl).hostname
  const target = address === undefined ? THIS_MACHINE : [`${address}/${isIPv6(address) ? 128 : 32}`]
  // The gate at which generators begin together is ours, on this machine.
  const allowed = isGated && address !== undefined ? [...target, '127.0.0.1/32'] : target
  return {
    BLOCKED_NETWORKS: networksOutside(allowed).join(','),
    ...(address === undefined ? {} : { STAYS_AT_TARGET: 'yes' }),
    ...(address === undefined || isAddress(host) ? {} : { PINNED: `${host}=${address}` }),
    ...(maxRatePerSecond === undefined ? {} : { MAX_RATE: String(maxRatePerSecond / (shares[0]?.of ?? 1)) }),
  }
}

export function ownSettings(
  { name }: Pick<Load, 'name'>,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const given = Object.entries(env).filter(([key, value]) => FOR_SCRIPTS.test(key) && value !== undefined)
  return { ...Object.fromEntries(given as [string, string][]), OWN_FLOW: name }
}

function isAddress(host: string): boolean {
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0
}
