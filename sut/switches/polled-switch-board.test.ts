import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NO_MIGRATION, NOT_BEGUN, type SwitchState } from '../../contracts/switches.ts'
import type { StoredSwitches } from '../storage/switch-table.ts'
import { contextFor } from '../telemetry/call-context.ts'
import { createLogger } from '../telemetry/logger.ts'
import { PolledSwitchBoard, type SwitchSource } from './polled-switch-board.ts'

const PHASE1: SwitchState = {
  ...NO_MIGRATION,
  epoch: 5,
  phase: 'phase1',
  isFinal: false,
  revision: 5,
  comparableSince: 5,
}
const CLOSED: SwitchState = { ...PHASE1, epoch: 6, revision: 6, phase: 'phase2', open: false }
const OPEN: SwitchState = { ...CLOSED, open: true }
const within = (ms: number) => contextFor('test', ms)

/** A database that says what it is told to, and notes what it hears. */
class Source implements SwitchSource {
  says: SwitchState | Error | null = PHASE1
  readonly heard: number[] = []
  hasLeft = false

  async beat({ epoch }: { readonly epoch: number }): Promise<StoredSwitches | null> {
    this.heard.push(epoch)
    if (this.says instanceof Error) throw this.says
    if (this.says === null) return null
    return { state: this.says, flip: null, claimedBy: null }
  }

  async leave(): Promise<void> {
    this.hasLeft = true
  }
}

let legacy: Source
let sharded: Source
let board: PolledSwitchBoard

beforeEach(() => {
  legacy = new Source()
  sharded = new Source()
  const logger = createLogger('order', 'silent')
  board = new PolledSwitchBoard({ sources: { legacy, sharded }, role: 'order', logger })
})
afterEach(() => board.stop())

describe('what a process believes', () => {
  it('is the higher epoch of the two', async () => {
    sharded.says = OPEN
    await board.start()
    expect(board.now()).toBe(OPEN)
  })

  it('is what one database says while the other is down', async () => {
    sharded.says = new Error('sharded is down')
    await board.start()
    expect(board.now()).toBe(PHASE1)
  })

  it('is nothing when neither answers: it does not start', async () => {
    legacy.says = new Error('legacy is down')
    sharded.says = new Error('sharded is down')
    await expect(board.start()).rejects.toThrow('legacy is down')
    expect(() => board.now()).toThrow(expect.objectContaining({ status: 503 }))
  })

  it('is told to both databases, for whoever waits for it', async () => {
    await board.start()
    legacy.says = OPEN
    sharded.says = OPEN
    await expect.poll(() => [legacy.heard.at(-1), sharded.heard.at(-1)], { timeout: 30_000 }).toEqual([6, 6])
    expect(board.now()).toBe(OPEN)
  })

  it('is that no migration has begun, as long as no database says so; and then never again', async () => {
    legacy.says = null
    sharded.says = null
    await board.start()
    expect(board.now()).toBe(NOT_BEGUN)
    const waiting = board.reopened(0, within(60_000))
    legacy.says = PHASE1
    expect(await waiting).toBe(PHASE1)
    expect(board.now()).toBe(PHASE1)
  })

  it('needs no word of a database that the process does not work with', async () => {
    const logger = createLogger('monolith', 'silent')
    const own = new PolledSwitchBoard({ sources: { legacy }, role: 'monolith', logger })
    await own.start()
    expect(own.now()).toBe(PHASE1)
    legacy.says = OPEN
    // Nothing of the sharded store is read here, so nobody has to confirm it.
    await expect.poll(() => own.now(), { timeout: 30_000 }).toBe(OPEN)
    legacy.says = new Error('legacy is down')
    expect(own.now()).toBe(OPEN)
    await own.stop()
    expect([legacy.hasLeft, sharded.hasLeft]).toEqual([true, false])
  })

  it('is taken back when it stops: no flip waits for a process that has ended', async () => {
    await board.start()
    await board.stop()
    expect([legacy.hasLeft, sharded.hasLeft]).toEqual([true, true])
  })
})

describe('writers that the fence refused', () => {
  it('go on at once when a later epoch is open', async () => {
    legacy.says = OPEN
    await board.start()
    expect(await board.reopened(5, within(60_000))).toBe(OPEN)
  })

  it('wait until it is, also those that found the board closed at it', async () => {
    await board.start()
    legacy.says = CLOSED
    const fenced = board.reopened(5, within(60_000))
    await expect.poll(() => board.now().epoch, { timeout: 30_000 }).toBe(6)
    const closed = board.reopened(6, within(60_000))
    legacy.says = OPEN
    expect(await Promise.all([fenced, closed])).toEqual([OPEN, OPEN])
  })

  it('are not held beyond their deadline', async () => {
    await board.start()
    await expect(board.reopened(5, within(50))).rejects.toMatchObject({ code: 'deadline-exceeded' })
  })

  it('are turned away when too many wait', async () => {
    await board.start()
    const waiting = Array.from({ length: 512 }, () => board.reopened(5, within(60_000)))
    await expect(board.reopened(5, within(60_000))).rejects.toMatchObject({ code: 'overloaded', status: 503 })
    legacy.says = OPEN
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([OPEN]))
  })
})
