import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { challengeMessage, challengePath } from '../../contracts/challenge.ts'
import { createLogger } from '../telemetry/logger.ts'
import { Metrics } from '../telemetry/metrics.ts'
import { registerChallengeRoute } from './challenge-route.ts'
import { createHttpServer } from './http-server.ts'

const SECRET = 'a-secret-of-at-least-32-characters'
const TOKEN = '0123456789abcdef0123456789abcdef'

function server() {
  const app = createHttpServer({
    logger: createLogger('test', 'silent'),
    metrics: new Metrics(),
    health: async () => ({ status: 'ok', checks: {} }),
    maxInFlight: 10,
  })
  registerChallengeRoute(app, SECRET)
  return app
}

describe('the challenge of a load tool', () => {
  it('is answered with what only the secret can make of its token', async () => {
    const { statusCode, body } = await server().inject(challengePath(TOKEN))
    const expected = createHmac('sha256', SECRET).update(challengeMessage(TOKEN)).digest('hex')
    expect([statusCode, body]).toEqual([200, expected])
  })

  it('signs nothing else: not the beginning of a user’s token, not a longer text', async () => {
    for (const text of ['eyJhbGciOiJIUzI1NiJ9.e30', `${TOKEN}0`, TOKEN.toUpperCase(), 'x'])
      expect((await server().inject(challengePath(text))).statusCode).toBe(400)
  })
})
