// Processes killed with -9 at each step of a flip, forward and back, under users who send again what was not acknowledged:
// every order is in both stores exactly once, and nothing that they say of it differs.
//
// By default three of them, and ten reloads of the gateway. HEADROOM_MIGRATION_PROOF=1: where the authority moves, each
// process that takes writes or tells of them at each step; where it stays, each that takes writes, and the flip itself; the
// gateway, the adapter and the catalogue once each way in which the authority moves; and a hundred reloads.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest'
import { LEGACY_OUTBOX_TABLE } from '../contracts/legacy-tables.ts'
import { ALL_SHARDS, tableName } from '../contracts/shard.ts'
import { type GatewayPosition, PHASE_RULES, PHASES, type Phase } from '../contracts/switches.ts'
import { reloadsWithoutLoss } from '../engines/nginx.ts'
import type { Component } from './killable-services.setup.ts'
import { type MigratedSystem, startMigratedSystem } from './migrated-system.setup.ts'
import { expectAllInBoth, OrderMix } from './order-mix.setup.ts'
import { changeSetting } from './switches/change-setting.ts'
import { courseOf, type StepKind, stepsOf } from './switches/flip-steps.ts'
import { lookAtBoth } from './switches/look-at-both.ts'
import { switchStatus } from './switches/switch-status.ts'
import { neighbourOf } from './switches/transitions.ts'
import { ANYBODY } from './switches/two-ledgers.setup.ts'

/** `flip`: the command itself. */
type Victim = Component | 'flip'
const WRITERS: readonly Victim[] = ['order', 'monolith', 'flip']
const TELLERS: readonly Victim[] = ['aggregation', 'app', 'indexer']
const OTHERS: readonly Victim[] = ['nginx', 'adapter', 'catalogue']

interface Way {
  readonly from: Phase
  readonly to: Phase
}
interface Case extends Way {
  readonly victim: Victim
  readonly step: StepKind
}

/** Through `legacy` first: what is written there is marked nowhere and has to be imported, which takes longer with each order. */
const STAYING: readonly Way[] = [
  { from: 'legacy', to: 'phase1' },
  { from: 'phase1', to: 'legacy' },
  { from: 'phase2', to: 'done' },
  { from: 'done', to: 'phase2' },
]
const MOVING = [
  { from: 'phase1', to: 'phase2' },
  { from: 'phase2', to: 'phase1' },
] as const satisfies readonly Way[]
const FEW: readonly Case[] = [
  { victim: 'order', step: 'announce', ...MOVING[0] },
  { victim: 'flip', step: 'open', ...MOVING[1] },
  { victim: 'monolith', step: 'close', ...MOVING[0] },
]
const ALL: readonly Case[] = [
  ...STAYING.flatMap((way) => atEachStep(way, WRITERS)),
  ...MOVING.flatMap((way) => [
    ...atEachStep(way, [...WRITERS, ...TELLERS]),
    ...OTHERS.map((victim) => ({ victim, step: 'announce', ...way }) as const),
  ]),
]
const IS_PROOF = process.env.HEADROOM_MIGRATION_PROOF === '1'
const CASES = IS_PROOF ? ALL : FEW
const RELOADS = IS_PROOF ? 100 : 10
const USERS = [3_000, 3_001, 3_002, 3_003]
/** What a client is told of a connection that was closed as its request came. */
const CLOSED = /other side closed|ECONNRESET|EPIPE/
/** From the restart until the other store knows what it had missed. */
const TOLD_WITHIN_MS = 30_000

function atEachStep(way: Way, victims: readonly Victim[]): readonly Case[] {
  const steps = [...new Set(stepsOf({ ...way, epoch: 0 }).map(({ kind }) => kind))]
  return victims.flatMap((victim) => steps.map((step) => ({ victim, step, ...way })))
}

let migrated: MigratedSystem
const children = new Set<ChildProcess>()

beforeAll(async () => {
  migrated = await startMigratedSystem('process-per-service')
  await migrated.submit(100)
  await migrated.begin()
  await move('phase1')
  await changeSetting({ monolith: 'business-layer', grayPercent: 100 }, ANYBODY, migrated.tools)
  await sleep(1_000)
  await migrated.importAll()
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await migrated?.stop()
})

/** However long somebody else is at work. */
async function move(to: Phase): Promise<void> {
  await migrated.compared()
  const moved = async () => expect(await migrated.move(to)).toMatchObject({ kind: 'moved' })
  await vi.waitFor(moved, { timeout: 60_000, interval: 200 })
}

const phaseNow = async () => (await switchStatus(migrated.tools.ledgers)).phase

async function goTo(phase: Phase): Promise<void> {
  for (let at = await phaseNow(); at !== phase; at = await phaseNow()) {
    const direction = PHASES.indexOf(phase) > PHASES.indexOf(at) ? 'forward' : 'back'
    await move(neighbourOf(at, direction) ?? phase)
  }
}

/** Old apps reach the adapter only where the gateway sends them there. */
async function sendOldApps(gateway: GatewayPosition): Promise<void> {
  expect(await changeSetting({ gateway }, ANYBODY, migrated.tools)).toMatchObject({ kind: 'changed' })
  await sleep(1_000)
}

/** No flip is under way, and the authority takes writes. */
async function untilSettled(): Promise<void> {
  await expect
    .poll(
      async () => {
        const { seen } = await lookAtBoth(migrated.tools.ledgers)
        const { open } = await switchStatus(migrated.tools.ledgers)
        return { open, course: courseOf(seen), claims: [seen.legacy?.claimedBy, seen.sharded?.claimedBy] }
      },
      { timeout: 60_000, interval: 100 },
    )
    .toEqual({ open: true, course: null, claims: [null, null] })
}

/** A process of its own, killed before that step. */
async function killFlipBefore(step: StepKind, to: Phase): Promise<void> {
  const words = ['sut/switches/flip-child.fixture.ts', migrated.legacy.url, migrated.system.mysqlUrl, to, step]
  const child = spawn(process.execPath, [...words], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.add(child)
  const [said] = await once(child.stdout, 'data')
  expect(String(said)).toBe('there\n')
  child.kill('SIGKILL')
  await once(child, 'exit')
  children.delete(child)
}

async function killWhileFlipping({ victim, step, to }: Case): Promise<void> {
  await migrated.compared()
  if (victim === 'flip') return await killFlipBefore(step, to)
  let isDead = false
  const beforeStep = ({ kind }: { readonly kind: StepKind }) => {
    if (isDead || kind !== step) return
    isDead = true
    migrated.services.kill(victim)
  }
  const moved = await migrated.move(to, { beforeStep })
  expect(['moved', 'taken-back']).toContain(moved.kind)
  expect(isDead).toBe(true)
  await (victim === 'nginx' ? migrated.services.restartGateway() : migrated.services.restart(victim))
}

/** What was marked before `sinceMs`; what users change meanwhile is marked and told all the time. */
async function untilTold(sinceMs: number): Promise<void> {
  const isMarkLeft = async () => {
    const { oldestGapSeconds } = await switchStatus(migrated.tools.ledgers)
    return 1_000 * oldestGapSeconds > performance.now() - sinceMs
  }
  const leftMs = sinceMs + TOLD_WITHIN_MS - performance.now()
  await expect.poll(isMarkLeft, { timeout: Math.max(1, leftMs), interval: 100 }).toBe(false)
}

/** Where nobody follows, the other store is told from the phase beside it on. */
async function untilFollowed(): Promise<boolean> {
  const phase = await phaseNow()
  if (PHASE_RULES[phase].mirror !== null) return false
  await goTo(phase === 'legacy' ? 'phase1' : 'phase2')
  return true
}

/** Of which the search index has still to be told. */
async function eventsLeft(): Promise<number> {
  const tables = ALL_SHARDS.map((shard) => `(SELECT COUNT(*) FROM ${tableName('outbox', shard)})`).join(' + ')
  const [sharded] = await migrated.system.rows<{ found: string }>(`SELECT ${tables} AS found`)
  const [legacy] = await migrated.legacy.rows<{ found: string }>(`SELECT COUNT(*) AS found FROM ${LEGACY_OUTBOX_TABLE}`)
  return Number(sharded?.found) + Number(legacy?.found)
}

it.each(CASES)(
  '$victim, $from → $to, before the step $step: every acknowledged order is there once',
  { timeout: 240_000 },
  async (killed) => {
    const { victim, step, from, to } = killed
    await expect.poll(() => migrated.gaps(), { timeout: TOLD_WITHIN_MS, interval: 100 }).toBe(0)
    await goTo(from)
    if (victim === 'adapter') await sendOldApps('interface-layer')
    const before = (await migrated.numbersIn('legacy')).length
    const mix = new OrderMix(migrated, { insists: true })
    let [found, followedAtMs]: [Phase, number] = [from, 0]
    await mix.during(USERS, async () => {
      const untilMorePlaced = () => {
        const placed = mix.acknowledged.length + USERS.length
        return expect.poll(() => mix.acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(placed)
      }
      await untilMorePlaced()
      await killWhileFlipping(killed)
      followedAtMs = performance.now()
      await untilSettled()
      await untilMorePlaced()
      found = await phaseNow()
      if (await untilFollowed()) followedAtMs = performance.now()
      await untilTold(followedAtMs)
    })
    await expect.poll(() => migrated.gaps(), { timeout: TOLD_WITHIN_MS, interval: 50 }).toBe(0)
    const seconds = ((performance.now() - followedAtMs) / 1_000).toFixed(1)
    const since = PHASE_RULES[found].mirror === null ? 'the other store was to be told again' : 'the restart'
    process.stdout.write(
      `${victim} killed before ${step} on the way from ${from} to ${to}: ${found}; all told ${seconds} s after ${since}; ` +
        `${mix.sent} requests, ${mix.failures.length} of them failed, ${mix.acknowledged.length} orders\n`,
    )
    // What was written in `legacy` is marked nowhere.
    if (from === 'legacy' || to === 'legacy') await migrated.importAll()
    if (victim === 'adapter') await sendOldApps('monolith')
    await expectAllInBoth(migrated, mix)
    expect((await migrated.numbersIn('legacy')).length).toBe(before + mix.acknowledged.length)
    await expect.poll(eventsLeft, { timeout: 60_000, interval: 200 }).toBe(0)
  },
)

it('the gateway, loaded anew again and again: no change is lost; what an older one lost, its user sends again, and is one order', async () => {
  await goTo('phase1')
  await expect.poll(() => migrated.gaps(), { timeout: TOLD_WITHIN_MS, interval: 100 }).toBe(0)
  const before = (await migrated.numbersIn('legacy')).length
  const mix = new OrderMix(migrated, { insists: true })
  await mix.during(USERS, async () => {
    for (let nth = 0; nth < RELOADS; nth++) {
      process.kill(migrated.services.pidOf('nginx'), 'SIGHUP')
      await sleep(100)
    }
  })
  const { nginx } = inject('engines')
  process.stdout.write(
    `${RELOADS} reloads of nginx ${nginx.version}: ${mix.sent} requests, ${mix.failures.length} of them failed\n`,
  )
  // An older nginx closes connections without saying so first.
  const allowed = reloadsWithoutLoss(nginx) ? [] : mix.failures.filter((failure) => CLOSED.test(failure))
  expect(mix.failures).toEqual(allowed)
  expect(mix.acknowledged.length).toBeGreaterThan(USERS.length)
  await expectAllInBoth(migrated, mix)
  expect((await migrated.numbersIn('legacy')).length).toBe(before + mix.acknowledged.length)
})
