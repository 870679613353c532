// `--signed` and `--encrypted`: what a load's requests are, and whether its target looks at that.

import { LEGACY_FLOW } from '../contracts/plan.ts'
import { Refusal } from '../contracts/refusal.ts'
import type { AppDemands, Protection } from '../contracts/request-protection.ts'
import type { SutEndpoint } from '../contracts/sut-endpoint.ts'
import type { Target } from '../measurements/target.ts'
import { secretOf } from './load-target.ts'

type Environment = Readonly<Record<string, string | undefined>>

const CLIENT_SECRET = 'HEADROOM_CLIENT_SECRET'
const LOAD_CREDENTIAL = 'HEADROOM_LOAD_CREDENTIAL'
const FLAG = { signed: '--signed', sealed: '--encrypted' } as const
/** What a front-end that demands it takes. */
const LEAST: Readonly<Record<Exclude<AppDemands, 'off'>, readonly Protection[]>> = {
  offered: ['plain', 'signed', 'sealed'],
  signed: ['signed', 'sealed'],
  sealed: ['sealed'],
}

export interface ProtectionOptions {
  readonly signed?: true
  readonly encrypted?: true
}

/** Sealed requests are signed as well. Refused for what an app does not send. */
export function protectionOf(flow: string, isScript: boolean, { signed, encrypted }: ProtectionOptions): Protection {
  const protection = encrypted ? 'sealed' : signed ? 'signed' : 'plain'
  if (protection === 'plain' || !(isScript || flow === LEGACY_FLOW || flow === 'search')) return protection
  throw new Refusal({
    what: `${FLAG[protection]} is for what users of the app do`,
    why: [
      isScript
        ? 'a script of your own sends what it says itself'
        : `${flow} goes to another interface, which has no signatures`,
    ],
    wayOut: 'Leave it away, or load list, detail, checkout or mix.',
  })
}

/** An order system of this checkout that was started for other requests is not used: it would refuse every one. */
export function refuseOtherDemands(protection: Protection, { baseUrl, appDemands }: SutEndpoint): void {
  if (appDemands === undefined && protection === 'plain') return
  if (appDemands !== undefined && LEAST[appDemands].includes(protection)) return
  const asked = appDemands === undefined ? 'looks at no signatures' : `demands that requests are ${appDemands}`
  throw new Refusal({
    what: 'the order system that runs is for other requests',
    why: [`${baseUrl} ${asked}; this load's would be ${protection}`],
    wayOut:
      appDemands === 'signed' || appDemands === 'sealed'
        ? `Add ${FLAG[appDemands]}, or stop it first (npm run down).`
        : 'Stop it first (npm run down): a load starts one that fits. To start one that stays:',
    ...(appDemands === undefined && { command: `HEADROOM_APP_DEMANDS=${protection} npm run up` }),
  })
}

/** `HEADROOM_APP_DEMANDS=signed npm run up` beside a system that was started without it would leave it as it is. */
export function refuseOtherSetting({ HEADROOM_APP_DEMANDS: asked }: Environment, running: SutEndpoint): void {
  const demands = running.appDemands ?? 'off'
  if (asked === undefined || asked === demands) return
  throw new Refusal({
    what: 'the order system runs already, and demands something else of the app',
    why: [`HEADROOM_APP_DEMANDS is ${asked}; ${running.baseUrl} was started with ${demands}`],
    wayOut: 'Stop it first: npm run down',
  })
}

/** With what the environment says of it, where the target does not say so itself. */
export function protectedTarget(target: Target, protection: Protection, env: Environment): Target {
  const loadCredential = secretOf(LOAD_CREDENTIAL, env)
  const clientSecret = target.clientSecret ?? secretOf(CLIENT_SECRET, env)
  if (protection !== 'plain' && clientSecret === undefined) throw withoutClientSecret(target.baseUrl)
  return { ...target, ...(clientSecret && { clientSecret }), ...(loadCredential && { loadCredential }) }
}

function withoutClientSecret(baseUrl: string): Refusal {
  return new Refusal({
    what: `requests to ${baseUrl} cannot be signed`,
    why: [`${CLIENT_SECRET} and ${CLIENT_SECRET}_FILE are not set, and it is not the order system of this checkout`],
    wayOut: `Set ${CLIENT_SECRET}_FILE to a file that holds one of its HEADROOM_APP_CLIENT_SECRETS.`,
  })
}
