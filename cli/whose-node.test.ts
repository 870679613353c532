import { expect, it } from 'vitest'
import { nodeText } from './whose-node.ts'

it.each([
  ['npm/10.8.2 node/v20.20.2 linux x64 workspaces/false', 'v24.21.0, fetched by Headroom; yours is v20.20.2'],
  ['npm/11.0.0 node/v24.21.0 linux x64 workspaces/false', 'v24.21.0'],
  [undefined, 'v24.21.0'],
])('under %j: %s', (userAgent, text) => expect(nodeText('v24.21.0', userAgent)).toBe(text))
