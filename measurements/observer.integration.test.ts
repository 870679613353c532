// Shards on two servers: what both did is one sum, each is a component of its own, and one that goes away is named. So is one
// of the two Redis.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, expect, inject, it } from 'vitest'
import { connectMysql } from './mysql-counters.ts'
import { Observer } from './observer.ts'

const QUERIES = 300
const WINDOW_MS = 6_000
let observer: Observer | undefined
let ways: readonly Way[] = []

afterEach(async () => {
  await observer?.stop()
  for (const way of ways) way.close()
})

interface Way {
  readonly url: string
  close(): void
}

/** The same server at another port and in another process: to whoever asks there, another server. */
const RELAY = `
  const { connect, createServer } = require('node:net')
  const [host, port] = process.argv.slice(1)
  createServer((client) => {
    const upstream = connect(Number(port), host)
    for (const socket of [client, upstream]) socket.on('error', () => process.exit())
    client.pipe(upstream).pipe(client)
  }).listen(0, '127.0.0.1', function () { process.stdout.write(String(this.address().port)) })`

async function anotherWayTo(address: string): Promise<Way> {
  const url = new URL(address)
  const relay = spawn(process.execPath, ['-e', RELAY, url.hostname, url.port], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [port] = (await once(relay.stdout, 'data')) as [Buffer]
  url.host = `127.0.0.1:${port}`
  return { url: url.href, close: () => void relay.kill('SIGKILL') }
}

it('names the Redis that is lost', async () => {
  const engines = inject('engines')
  const { mysqlShards: _, ...own } = engines
  const way = await anotherWayTo(engines.streams.url)
  ways = [way]
  const lost: string[] = []
  observer = await Observer.begin({
    target: { kind: 'http', baseUrl: 'http://127.0.0.1:9', jwtSecret: '', processes: [] },
    engines: { ...own, streams: { ...engines.streams, url: way.url } },
    cores: 2,
    onFault: ({ name }) => void lost.push(name),
  })
  way.close()
  await expect.poll(() => lost, { timeout: 30_000 }).toEqual(['streams'])
})

it('watches every server that holds shards, sums what they did, and names the one that is lost', async () => {
  const engines = inject('engines')
  const { origin, version } = engines.mysql
  // Both, so that both have a process here: the server itself may be in a container.
  const [home, other] = [await anotherWayTo(engines.mysql.url), await anotherWayTo(engines.mysql.url)]
  ways = [home, other]
  const otherName = `mysql:${new URL(other.url).host}`
  const lost: string[] = []
  observer = await Observer.begin({
    // Nobody answers there: of the target nothing is asked here.
    target: { kind: 'http', baseUrl: 'http://127.0.0.1:9', jwtSecret: '', processes: [] },
    engines: {
      ...engines,
      mysql: { origin, version, url: home.url },
      mysqlShards: `32-47=${other.url},48-63=${home.url}`,
    },
    cores: 2,
    onFault: ({ name }) => void lost.push(name),
  })
  const fromMs = Date.now()
  const { usage } = observer
  await expect.poll(() => usage.call(observer, fromMs, Date.now()).mysql, { timeout: 30_000 }).not.toBeNull()
  const connection = await connectMysql(engines.mysql)
  for (let nth = 0; nth < QUERIES; nth++) await connection.query('DO 1')
  connection.destroy()
  // Each of the two sees them all; the third name in the map is the home server again and counts once. What is counted
  // between samples is scaled to the window: by half of it at most, once it is long.
  const counted = () => (Date.now() - fromMs > WINDOW_MS ? usage.call(observer, fromMs, Date.now()).mysql?.queries : 0)
  await expect.poll(counted, { timeout: 60_000, interval: 500 }).toBeGreaterThanOrEqual(2 * QUERIES)
  const { components } = usage.call(observer, fromMs, Date.now())
  expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining(['mysql', otherName]))
  expect(lost).toEqual([])

  other.close()
  await expect.poll(() => lost, { timeout: 30_000 }).toEqual([otherName])
  expect(observer.faults()).toEqual([{ code: 'engine-lost', evidence: expect.stringContaining(`${otherName}: `) }])
})
