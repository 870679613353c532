// `npm run switch` as it is typed, on two real databases.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { SWITCHES_TABLE } from '../contracts/migration-tables.ts'
import { EXIT_CODES } from '../contracts/refusal.ts'
import type { Phase } from '../contracts/switches.ts'
import type { StepKind } from '../sut/switches/flip-steps.ts'
import { testDatabase } from '../sut/test-system.setup.ts'
import { type EndedCommand, endedCommand } from './ended-command.fixture.ts'

let legacy: Awaited<ReturnType<typeof testDatabase>>
let sharded: Awaited<ReturnType<typeof testDatabase>>

beforeEach(async () => {
  const engines = inject('engines')
  legacy = await testDatabase(engines.legacyMysql.url)
  sharded = await testDatabase(engines.mysql.url)
})
afterEach(async () => {
  await legacy?.drop()
  await sharded?.drop()
})

function run(...words: readonly string[]): Promise<EndedCommand> {
  const env = { HEADROOM_MYSQL_URL: sharded.url, HEADROOM_LEGACY_MYSQL_URL: legacy.url }
  return endedCommand('cli/switch.ts', words, { env })
}

it('tells where there is no migration, and moves nothing there', async () => {
  const { code, json } = await run('status', '--json')
  expect(code).toBe(EXIT_CODES.pass)
  expect(json).toMatchObject({ hasBegun: false, phase: 'done', open: true, gaps: 0 })
  const forward = await run('forward', '--json', '--why', 'to see')
  expect(forward).toMatchObject({ code: EXIT_CODES.usage, json: { refusal: { what: 'there is no migration' } } })
})

it('begins, goes forward and back, says what stands in the way, and keeps who and why', async () => {
  expect((await run('begin', '--dry-run', '--json')).code).toBe(EXIT_CODES.usage)
  expect((await run('status', '--json')).json).toMatchObject({ hasBegun: false })
  expect((await run('begin', '--why', 'a monolith')).code).toBe(EXIT_CODES.pass)
  expect((await run('status', '--json')).json).toMatchObject({
    phase: 'legacy',
    open: true,
    gaps: 0,
    oldestGapSeconds: 0,
    services: { order: 'legacy', payment: 'legacy', catalogue: 'legacy' },
    stores: { legacy: { isAuthority: true, openShards: 64 }, sharded: { openShards: 0 } },
  })
  const dry = await run('forward', '--dry-run', '--json')
  expect(dry).toMatchObject({ code: EXIT_CODES.pass, json: { from: 'legacy', to: 'phase1', refused: null } })
  const forward = await run('forward', '--why', 'let us begin', '--json')
  expect(forward).toMatchObject({ code: EXIT_CODES.pass, json: { from: 'legacy', to: 'phase1', refused: null } })
  expect(forward.json.epoch).toBeGreaterThan(dry.json.epoch)

  const refused = await run('forward', '--json', '--why', 'more')
  expect(refused.code).toBe(EXIT_CODES.usage)
  expect(refused.json).toMatchObject({ from: 'phase1', to: 'phase2', epoch: forward.json.epoch, pausedMs: 0 })
  expect(refused.json.refused.reason).toContain('the monolith still writes its own database')
  expect(refused.text).toContain('npm run switch -- set --monolith business-layer')
  expect(refused.text).toContain('never compared in full')
  const alone = await run('back', '--service', 'order', '--json', '--why', 'one of them')
  expect(alone).toMatchObject({ code: EXIT_CODES.usage, json: { refused: { kind: 'apart', service: 'order' } } })

  expect((await run('set', '--mirror', 'inline', '--monolith', 'business-layer', '--why', 'a measurement')).code).toBe(
    0,
  )
  const gray = await run('set', '--gateway', 'interface-layer', '--gray', '50', '--json', '--why', 'half of them')
  expect(gray).toMatchObject({ code: EXIT_CODES.pass, json: { gateway: 'interface-layer', grayPercent: 50 } })
  expect((await run('set', '--gray', '101')).code).toBe(EXIT_CODES.usage)
  const tried = await run('set', '--mirror', 'off', '--dry-run', '--json')
  expect(tried).toMatchObject({ code: EXIT_CODES.pass, json: { mirror: 'off', refused: null } })
  const early = await run('finalise', '--dry-run', '--json')
  expect(early).toMatchObject({ code: EXIT_CODES.usage, json: { refused: { kind: 'not-done' } } })
  // Twice from where it stands: the first one only tries.
  for (const more of [['--dry-run'], []]) {
    expect(await run('forward', '--service', 'catalogue', '--json', ...more)).toMatchObject({
      code: EXIT_CODES.pass,
      json: { from: 'legacy', to: 'phase1', pausedMs: 0, refused: null },
    })
  }
  const back = await run('back', '--json', '--why', 'p99 doubled')
  expect(back).toMatchObject({ code: EXIT_CODES.pass, json: { from: 'phase1', to: 'legacy', refused: null } })
  expect((await run('status', '--json')).json).toMatchObject({
    phase: 'legacy',
    mirror: 'inline',
    monolith: 'business-layer',
    gateway: 'interface-layer',
    grayPercent: 50,
    services: { order: 'legacy', catalogue: 'phase1' },
    flip: null,
  })
  const { history } = (await run('history', '--json')).json
  expect(history.map(({ what, why }: { what: string; why: string }) => `${what}: ${why}`)).toEqual([
    'begin: a monolith',
    'flip: let us begin',
    'set: a measurement',
    'set: half of them',
    'set: nobody said why',
    'flip: p99 doubled',
  ])
})

/** It dies before that step, and holds its claim for `claimMs`. */
async function leaveFlip(to: Phase, step: StepKind, claimMs: number): Promise<void> {
  const words = ['sut/switches/flip-child.fixture.ts', legacy.url, sharded.url, to, step]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  await holdClaims(claimMs)
}

async function holdClaims(ms: number): Promise<void> {
  for (const { rows } of [legacy, sharded]) {
    await rows(`UPDATE ${SWITCHES_TABLE} SET claimed_until_ms = ?`, [ms === 0 ? 0 : Date.now() + ms])
  }
}

it('tried beside a flip that goes on or was left, says what it would do about that first, and changes nothing', async () => {
  await run('begin', '--why', 'a monolith')
  await leaveFlip('phase1', 'announce', 600_000)
  const beside = await run('forward', '--dry-run', '--json')
  expect(beside).toMatchObject({ code: EXIT_CODES.usage, json: { from: 'legacy', refused: { kind: 'busy' } } })
  expect(beside.json.refused.reason).toContain('a flip legacy → phase1 is on its way')
  expect((await run('plan', '--json')).json.before).toBe(beside.json.refused.reason)

  await holdClaims(0)
  const left = await run('forward', '--dry-run', '--json')
  expect(left).toMatchObject({ code: EXIT_CODES.pass, json: { from: 'legacy', to: 'phase1', refused: null } })
  expect(left.json.before).toContain('writes are opened again in legacy first')
  expect(left.text).not.toContain('is on its way')
  expect((await run('status', '--json')).json).toMatchObject({ flip: { from: 'legacy', to: 'phase1' } })
  expect(await run('forward', '--json')).toMatchObject({
    code: EXIT_CODES.pass,
    json: { from: 'legacy', to: 'phase1' },
  })

  await leaveFlip('legacy', 'open', 0)
  const announced = await run('forward', '--dry-run', '--json')
  expect(announced).toMatchObject({ code: EXIT_CODES.usage, json: { refused: { kind: 'moved-meanwhile' } } })
  expect(announced.json.before).toContain('phase1 → legacy was left half way')
  const { from, to, refused } = announced.json
  expect(await run('forward', '--json')).toMatchObject({ code: EXIT_CODES.usage, json: { from, to, refused } })
  expect((await run('status', '--json')).json).toMatchObject({ phase: 'legacy', open: true, flip: null })
})

it('brings the flip of a command that died to its end, and goes no phase beyond it', async () => {
  await run('begin', '--why', 'a monolith')
  await leaveFlip('phase1', 'open', 0)
  const asTried = { code: EXIT_CODES.pass, json: { from: 'legacy', to: 'phase1', refused: null } }
  expect(await run('forward', '--dry-run', '--json')).toMatchObject(asTried)
  expect(await run('forward', '--json')).toMatchObject(asTried)
  expect((await run('status', '--json')).json).toMatchObject({ phase: 'phase1', open: true, flip: null })
})

it('refuses switches that somebody set apart by hand, and says which row is to be set right', async () => {
  await run('begin', '--why', 'a monolith')
  await sharded.rows(`UPDATE ${SWITCHES_TABLE} SET payment_phase = 'phase2'`)
  for (const words of [['status'], ['forward', '--why', 'to see']]) {
    const { code, json } = await run(...words, '--json')
    expect(code).toBe(EXIT_CODES.usage)
    expect(json.refusal.what).toContain('in the database of the sharded store')
    expect(json.refusal.why).toEqual([expect.stringContaining('order stands at legacy and payment at phase2')])
    expect(json.refusal.wayOut).toContain(SWITCHES_TABLE)
  }
  await sharded.rows(`UPDATE ${SWITCHES_TABLE} SET payment_phase = order_phase`)
  expect((await run('status', '--json')).json).toMatchObject({ phase: 'legacy', open: true })
})
