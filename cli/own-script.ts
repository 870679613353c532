// A k6 script of one's own on the command line: which file, which targets it must meet, and whether k6 can run it.

import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { rm, rmdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { EngineProgram } from '../contracts/engines.ts'
import type { FlowTarget, ResolvedPlan } from '../contracts/plan.ts'
import { Refusal } from '../contracts/refusal.ts'
import { ownSettings } from '../measurements/k6-settings.ts'
import type { Load } from '../measurements/load.ts'
import { bundleFlow, type OwnFlow, ownFlowOf } from '../measurements/own-flow.ts'

/** Of requests that failed, where neither plan nor command line says. */
const ERROR_RATE = 0.001
/** k6 hangs on some scripts before their first line. */
const INSPECT_LIMIT_MS = 30_000

export function isScriptPath(word: string): boolean {
  return /[\\/]|\.[cm]?[jt]s$/.test(word)
}

export function scriptAt(word: string): OwnFlow {
  const path = resolve(word)
  if (existsSync(path)) return ownFlowOf(path)
  throw new Refusal({
    what: `there is no script ${path}`,
    why: ['a word with a / or an ending such as .ts is the path of a k6 script, from where you stand'],
    wayOut: 'docs/how-do-i-load-my-own-system.md has one to copy.',
  })
}

export interface GivenTargets {
  readonly p99?: number
  readonly errorRate?: number
}

/** The plan with the flow's targets in it: those of the command line, else its own. */
export function planWithFlow(
  plan: ResolvedPlan,
  { name }: Pick<OwnFlow, 'name'>,
  { p99, errorRate }: GivenTargets,
): ResolvedPlan {
  const own = plan.plan.flows?.[name]
  const p99Ms = p99 ?? own?.p99Ms
  if (p99Ms === undefined) {
    throw new Refusal({
      what: `how fast must ${name} be?`,
      why: [`the plan ${plan.plan.name} has no flow of that name, and --p99 is not given`],
      wayOut: `Say it, --p99 100ms, or write it into plan.yaml below flows: (docs/plan.md).`,
    })
  }
  const targets: FlowTarget = { p99Ms, errorRate: errorRate ?? own?.errorRate ?? ERROR_RATE }
  return { ...plan, plan: { ...plan.plan, flows: { ...plan.plan.flows, [name]: { ...own, ...targets } } } }
}

/** Bundled into the run's folder, where it stays: what was run is evidence too. */
export async function ownLoad(
  flow: OwnFlow,
  runDir: string,
  k6: EngineProgram,
  say: (line: string) => void,
): Promise<Load> {
  const folder = join(runDir, 'flows')
  const script = join(folder, `${flow.name}.js`)
  const unused = await bundled(flow, script, k6.path).catch(async (error) => {
    // A refusal leaves no run behind.
    await rm(folder, { recursive: true, force: true })
    await rmdir(runDir).catch(() => {})
    throw error
  })
  if (unused.length > 0)
    say(`${flow.name}: its options ${unused.join(', ')} are not used; rates, users and times are Headroom's`)
  return { name: flow.name, weights: { [flow.name]: 1 }, script }
}

async function bundled(flow: OwnFlow, bundle: string, program: string): Promise<readonly string[]> {
  await bundleFlow(flow, bundle)
  return await unusedOptions(flow, bundle, program)
}

/** k6 loads the script once without running it: what its first lines throw is said before anything is sent. */
async function unusedOptions({ name, script }: OwnFlow, bundle: string, program: string): Promise<readonly string[]> {
  const env = { PATH: process.env.PATH ?? '', BASE_URL: 'http://127.0.0.1:1', ...ownSettings({ name }, process.env) }
  const { error, stdout, stderr } = await inspected(program, bundle, env)
  if (error === null) {
    const { ext } = JSON.parse(stdout) as {
      readonly ext?: { readonly headroom?: { readonly unused?: readonly string[] } }
    }
    return ext?.headroom?.unused ?? []
  }
  const isHung = (error as { readonly killed?: boolean }).killed === true
  throw new Refusal({
    what: `k6 cannot load ${script}`,
    why: [isHung ? `it hung for ${INSPECT_LIMIT_MS / 1000} s` : firstMessage(stderr)],
    wayOut: 'Correct the script; docs/how-do-i-load-my-own-system.md says what it may use.',
  })
}

function inspected(program: string, bundle: string, env: Readonly<Record<string, string>>) {
  const words = ['inspect', '--include-system-env-vars', '--log-format', 'json', bundle]
  return new Promise<{ error: Error | null; stdout: string; stderr: string }>((done) => {
    execFile(program, words, { env, timeout: INSPECT_LIMIT_MS, killSignal: 'SIGKILL' }, (error, stdout, stderr) =>
      done({ error, stdout, stderr }),
    )
  })
}

function firstMessage(log: string): string {
  for (const line of log.split('\n')) {
    try {
      const { msg } = JSON.parse(line) as { readonly msg?: string }
      if (msg) return (msg.split('\n')[0] ?? msg).replace(/^Error: /, '')
    } catch {
      // Not a line of the log.
    }
  }
  return log.trim().slice(0, 300) || 'it did not say why'
}
