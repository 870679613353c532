import { describe, expect, it } from 'vitest'
import { localNginxConfig } from './nginx.ts'

describe('localNginxConfig', () => {
  it.each(['events {}\nhttp {\n  server {}\n}', 'events {} http { server {} }', 'http\n{ }'])(
    'puts temporary folders into the http block of %j',
    (config) =>
      expect(localNginxConfig(config, { version: '1.22.1' })).toMatch(
        /http\s*\{\s+client_body_temp_path tmp\/client_body;/,
      ),
  )

  it('leaves a folder the configuration names', () => {
    const local = localNginxConfig('http { proxy_temp_path /elsewhere; }', { version: '1.22.1' })
    expect(local.match(/proxy_temp_path/g)).toHaveLength(1)
    expect(local).toContain('uwsgi_temp_path tmp/uwsgi;')
  })

  it.each([
    ['1.22.1', false],
    ['1.27.3', false],
    ['1.27.4', true],
    ['1.30.6', true],
    ['0', false],
  ])('keeps connections open over a reload where nginx can: %s, %s', (version, can) => {
    const local = localNginxConfig('http { keepalive_timeout 75s; keepalive_min_timeout 6s; server {} }', { version })
    expect(local.includes('keepalive_min_timeout 6s;')).toBe(can)
    expect(local).toContain('keepalive_timeout 75s;')
    expect(local).toContain('server {} }')
  })
})
