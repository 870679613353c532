import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { countRows, draftDataset } from '../build-dataset.ts'
import { OrderCursor } from '../rows/order-cursor.ts'
import { SMALL_PLAN, smallVolume } from '../small-volume.fixture.ts'
import { searchClient } from '../store/search-index.ts'
import { SearchFeed } from './search-feed.ts'

const dataset = countRows(draftDataset(smallVolume(), { seed: 4, scale: 1, fullShards: [7] }), SMALL_PLAN)
let server: Server | undefined

afterEach(() => server?.close())

type Answer = { readonly status: number; readonly body: unknown }
const ACCEPTED: Answer = { status: 200, body: { errors: false } }

/**
 * A server that answers bulk requests in turn, the last answer for ever, and keeps what it was sent. `before` may hold an
 * answer back.
 */
async function feedTo(answers: readonly Answer[], before?: (bodies: number) => Promise<void>) {
  const bodies: string[] = []
  server = createServer(async (request, response) => {
    bodies.push(await text(request))
    await before?.(bodies.length)
    const { status, body } = answers[Math.min(bodies.length, answers.length) - 1] ?? ACCEPTED
    response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' })
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { feed: new SearchFeed(searchClient(`http://127.0.0.1:${port}`)), bodies }
}

async function append(feed: SearchFeed, orders: number): Promise<void> {
  const cursor = new OrderCursor(dataset, SMALL_PLAN, 7)
  cursor.seek(0)
  for (let row = 0; row < orders; row++) {
    if (feed.isFull) await feed.handOver()
    cursor.next()
    feed.append(cursor)
  }
}

const item = (status: number, type = 'some_error') => ({
  index: { status, error: { type, reason: `because ${status}` } },
})

describe('SearchFeed', () => {
  it('sends every order once, in bodies of a few megabytes', async () => {
    const { feed, bodies } = await feedTo([ACCEPTED])
    await append(feed, 20_000)
    await append(feed, 20_000)
    await feed.drain()
    expect(bodies.join('').split('\n')).toHaveLength(2 * 40_000 + 1)
    expect(bodies.length).toBeGreaterThan(1)
    for (const body of bodies) expect(body.length).toBeLessThanOrEqual(4 * 1024 * 1024)
  })

  it('tells that what was flushed is accepted while what came after is still on its way', async () => {
    let answerSecond = () => {}
    const held = new Promise<void>((resolve) => {
      answerSecond = resolve
    })
    const { feed, bodies } = await feedTo([ACCEPTED], async (count) => {
      if (count === 2) await held
    })
    await append(feed, 10)
    await feed.flush()
    const first = feed.acceptance()
    await first()
    await append(feed, 10)
    await feed.flush()
    const second = feed.acceptance()
    let isAccepted = false
    const accepted = second().then(() => {
      isAccepted = true
    })
    await first()
    await expect.poll(() => bodies.length).toBe(2)
    expect(isAccepted).toBe(false)
    answerSecond()
    await accepted
  })

  it('accepts nothing any more once a body was refused', async () => {
    const refused = { status: 200, body: { errors: true, items: [item(400)] } }
    const { feed } = await feedTo([ACCEPTED, refused])
    await append(feed, 10)
    await feed.flush()
    const first = feed.acceptance()
    await first()
    await append(feed, 10)
    await expect(feed.drain()).rejects.toThrow(/because 400/)
    await expect(first()).rejects.toThrow(/because 400/)
  })

  it('backs off and sends the same body again on 429, of the whole or of a part', async () => {
    const busy = [
      { status: 429, body: { error: { type: 'es_rejected_execution_exception' }, status: 429 } },
      { status: 200, body: { errors: true } },
      { status: 200, body: { items: [item(409), item(429)] } },
    ]
    const { feed, bodies } = await feedTo([...busy, ACCEPTED])
    await append(feed, 10)
    await feed.drain()
    expect(bodies).toHaveLength(4)
    expect(new Set(bodies).size).toBe(1)
  })

  it('takes a version conflict for what it is: the order is there', async () => {
    const { feed } = await feedTo([
      { status: 200, body: { errors: true, items: [item(409, 'version_conflict_engine_exception')] } },
    ])
    await append(feed, 10)
    await expect(feed.drain()).resolves.toBeUndefined()
  })

  it('fails the chunk when an order is refused', async () => {
    const { feed } = await feedTo([
      { status: 200, body: { errors: true, items: [item(400, 'mapper_parsing_exception')] } },
    ])
    await append(feed, 10)
    await expect(feed.drain()).rejects.toThrow(/mapper_parsing_exception: because 400/)
  })

  it('waits for a node that is not there yet', async () => {
    const { feed, bodies } = await feedTo([{ status: 503, body: { status: 503 } }, ACCEPTED])
    await append(feed, 10)
    await feed.drain()
    expect(bodies).toHaveLength(2)
  })

  it('does not take an answer without a verdict for a yes', async () => {
    const { feed } = await feedTo([{ status: 200, body: {} }])
    await append(feed, 10)
    await expect(feed.drain()).rejects.toThrow()
  })

  it('says that Elasticsearch is gone when it is', async () => {
    const { feed } = await feedTo([ACCEPTED])
    await append(feed, 10)
    server?.close()
    await expect(feed.drain()).rejects.toMatchObject({ name: 'Refusal', what: 'Elasticsearch is gone' })
  })
})
