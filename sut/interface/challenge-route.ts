// A load tool on another machine asks whether this system may be loaded. The answer shows that both know one secret, and
// is of no use for anything else.

import { createHmac } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { CHALLENGE_TOKEN, challengeMessage, challengePath } from '../../contracts/challenge.ts'
import { errorResponses } from './error-responses.ts'

export function registerChallengeRoute(app: FastifyInstance, jwtSecret: string): void {
  app.get(
    challengePath(':token'),
    {
      schema: {
        tags: ['identity'],
        summary: 'May this system be loaded by whoever shares its secret?',
        params: {
          type: 'object',
          required: ['token'],
          properties: { token: { type: 'string', pattern: CHALLENGE_TOKEN.source } },
        },
        response: {
          200: {
            description: 'The HMAC-SHA-256 of the question under the secret, in hex',
            content: { 'text/plain': { schema: { type: 'string', pattern: '^[0-9a-f]{64}$' } } },
          },
          ...errorResponses,
        },
      },
    },
    async (request, reply) => {
      const { token } = request.params as { readonly token: string }
      reply.type('text/plain; charset=utf-8')
      return createHmac('sha256', jwtSecret).update(challengeMessage(token)).digest('hex')
    },
  )
}
