import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import type { Engines } from '../../contracts/engines.ts'
import { faultOf } from './fault.ts'

const POLL = { timeout: 20_000 }

let engine: ChildProcess | undefined

afterEach(() => {
  if (engine?.pid !== undefined) process.kill(-engine.pid, 'SIGKILL')
})

/** As Elasticsearch comes: what was started, and the server that it started. */
async function launcherOfServer(): Promise<readonly number[]> {
  const words = ['-c', 'sleep 600 & echo $!; wait']
  engine = spawn('/bin/sh', words, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  const [line] = await once(engine.stdout!, 'data')
  return [engine.pid!, Number(String(line))]
}

/** `T`: stopped. */
function stateOf(pid: number): string {
  const path = `/proc/${pid}/stat`
  const text = existsSync(path)
    ? readFileSync(path, 'latin1').replace(/^.*\) /s, '')
    : execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' })
  return text.trim().charAt(0)
}

function stalledSearch(pid: number | undefined) {
  const elasticsearch = { url: 'http://127.0.0.1:9', origin: 'fetched', version: '8.19.0', ...(pid && { pid }) }
  const restartMysql = () => Promise.reject(new Error('nobody kills MySQL here'))
  return faultOf('search-stalled', { processes: [], engines: { elasticsearch } as unknown as Engines, restartMysql })
}

it('stops Elasticsearch, not only what started it, and has it go on, also when it is called off', async () => {
  const pids = await launcherOfServer()
  const fault = stalledSearch(pids[0])
  if ('impossible' in fault) throw new Error(fault.impossible)
  const callingOff = new AbortController()
  const lasting = fault.during(600_000, callingOff.signal)
  await expect.poll(() => pids.map(stateOf), POLL).toEqual(['T', 'T'])
  callingOff.abort()
  await lasting
  await expect.poll(() => pids.map(stateOf), POLL).toEqual(['S', 'S'])
})

it('stalls the Redis for streams, and not the cache in its place', () => {
  const engines = { redis: { pid: process.pid }, streams: {} } as unknown as Engines
  const places = { processes: [], engines, restartMysql: () => Promise.reject(new Error('nobody kills MySQL here')) }
  expect(faultOf('streams-stalled', places)).toHaveProperty('impossible')
  expect(faultOf('redis-stalled', places)).toMatchObject({ name: 'redis-stalled' })
})

it('stops no Elasticsearch that has no process here', () => {
  expect(stalledSearch(undefined)).toHaveProperty('impossible')
})
