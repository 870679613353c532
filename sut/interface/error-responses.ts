// Every route's failures have one shape.

import { errorResponseSchema } from '../../contracts/gateway-api.ts'

export const errorResponses = { '4xx': errorResponseSchema, '5xx': errorResponseSchema } as const
