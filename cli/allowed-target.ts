// May this address be loaded, and which machine is it? This one: without a question. Any other: by its exact host, typed
// once more by someone who may load it, at one address, not faster than is allowed, and with its owner's consent.

import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import { Refusal } from '../contracts/refusal.ts'
import type { Place } from '../measurements/target.ts'
import { addressIn, type SpelledTarget, spelledTarget } from './target-spelling.ts'

export interface TargetOptions {
  readonly target: string
  /** The host of the target, written out once more by someone who may load it. */
  readonly targetOwnerConfirm?: string
  /** One of the addresses that its name has. */
  readonly targetAddress?: string
  /** `--no-challenge` alone: false; with a host: that host. */
  readonly challenge?: boolean | string
  readonly maxRate?: number
}

export interface AllowedTarget extends Place {
  readonly host: string
  readonly isThisMachine: boolean
  /** Of all its requests. Absent: as many as it takes. */
  readonly maxRatePerSecond?: number
  /** Its owner is asked whether they agree. */
  readonly isChallenged: boolean
}

type Lookup = (hostname: string) => Promise<readonly LookupAddress[]>

/** Requests a second to another machine, unless --max-rate says otherwise. */
const MAX_RATE_ELSEWHERE = 100

/** Throws a Refusal for a target that may not be loaded. Asks the name service, and nobody else. */
export async function allowedTarget(options: TargetOptions, find: Lookup = findAll): Promise<AllowedTarget> {
  const spelled = spelledTarget(options.target)
  const { baseUrl, host, isThisMachine } = spelled
  const rate = options.maxRate ?? (isThisMachine ? undefined : MAX_RATE_ELSEWHERE)
  const limits = rate === undefined ? {} : { maxRatePerSecond: rate }
  if (isThisMachine) return { baseUrl, host, isThisMachine, isChallenged: false, ...limits }
  confirm(spelled, options)
  const isChallenged = challenged(spelled, options)
  return { baseUrl, host, isThisMachine, isChallenged, ...limits, address: await addressOf(spelled, options, find) }
}

function confirm({ baseUrl, host }: SpelledTarget, { targetOwnerConfirm }: TargetOptions): void {
  if (targetOwnerConfirm === host || targetOwnerConfirm === new URL(baseUrl).host) return
  throw new Refusal({
    what: `${host} is not this machine`,
    why: [
      'a load can take a system down, and what it writes there is real',
      ...(targetOwnerConfirm === undefined ? [] : [`what was confirmed is ${targetOwnerConfirm}`]),
    ],
    wayOut: 'If it is yours to load, say so with its exact name:',
    command: `--target-owner-confirm ${host}`,
  })
}

function challenged({ baseUrl, host }: SpelledTarget, { challenge = true }: TargetOptions): boolean {
  if (challenge === true) return true
  if (challenge === host || challenge === new URL(baseUrl).host) return false
  throw new Refusal({
    what: 'not to ask the owner of another machine wants its exact name',
    why: [challenge === false ? '--no-challenge stands alone' : `--no-challenge names ${challenge}`],
    wayOut: 'Say whom not to ask:',
    command: `--no-challenge ${host}`,
  })
}

/** The one address that everything of this load goes to. A name that answers with another one later changes nothing. */
async function addressOf({ hostname }: SpelledTarget, { targetAddress }: TargetOptions, find: Lookup): Promise<string> {
  const given = addressIn(hostname)
  const found = given === null ? await find(hostname) : [{ address: given }]
  const addresses = [...new Set(found.map(({ address }) => address))]
  const [only, ...others] = addresses
  if (targetAddress !== undefined && addresses.includes(targetAddress)) return targetAddress
  if (only !== undefined && others.length === 0 && targetAddress === undefined) return only
  throw new Refusal({
    what: `which machine is ${hostname}?`,
    why: [
      addresses.length === 1
        ? `its address is ${only}`
        : `it has ${addresses.length} addresses: ${addresses.join(', ')}`,
      targetAddress === undefined ? 'a load goes to one, and to no other' : `${targetAddress} is none of them`,
    ],
    wayOut: 'Name the one that you may load:',
    command: `--target-address ${only ?? '…'}`,
  })
}

async function findAll(hostname: string): Promise<readonly LookupAddress[]> {
  try {
    return await lookup(hostname, { all: true })
  } catch (error) {
    throw new Refusal({
      what: `there is no ${hostname}`,
      why: [error instanceof Error ? error.message : String(error)],
      wayOut: 'Is the name right, and the network there?',
    })
  }
}
