// `npm run switch` as it is typed, on two real databases.

import { afterEach, beforeEach, expect, inject, it } from 'vitest'
import { EXIT_CODES } from '../contracts/refusal.ts'
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
