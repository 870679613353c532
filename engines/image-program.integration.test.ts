// k6 and nginx as a machine gets them that has Docker and nothing else.

import { readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import getPort from 'get-port'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { renderNginxConfig } from '../sut/gateway/nginx.ts'
import { k6 } from './k6.ts'
import { nginx, startNginx } from './nginx.ts'
import { ImageCache } from './out-of-image.setup.ts'
import { VERSIONS } from './versions.ts'

describe.runIf(process.env.HEADROOM_TEST_ENGINES === 'containers')('out of its image', () => {
  let images: ImageCache
  beforeAll(() => {
    images = new ImageCache()
  })
  afterAll(() => images.remove())

  it('comes k6, of the very version', async () => {
    const { path, version } = await images.copied(k6)
    expect(version).toBe(VERSIONS.k6)
    expect(readdirSync(dirname(path))).toEqual(['k6'])
  })

  it('comes nginx with its libraries, and runs the gateway', async () => {
    const program = await images.copied(nginx)
    const port = await getPort()
    const address = `127.0.0.1:${await getPort()}`
    const running = await startNginx({
      program,
      configText: renderNginxConfig({
        accessLog: 'sample',
        metricsFor: [],
        listen: `127.0.0.1:${port}`,
        app: address,
        admin: address,
      }),
      port,
      signal: new AbortController().signal,
      keep: false,
      stateFolder: inject('stateFolder'),
    })
    try {
      const response = await fetch(`http://127.0.0.1:${port}/v1/app/orders`)
      expect([response.status, await response.json()]).toEqual([503, expect.objectContaining({ code: 'unavailable' })])
    } finally {
      await running.stop()
    }
  })
})
