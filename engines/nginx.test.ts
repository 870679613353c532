import { describe, expect, it } from 'vitest'
import { localNginxConfig } from './nginx.ts'

describe('localNginxConfig', () => {
  it.each(['events {}\nhttp {\n  server {}\n}', 'events {} http { server {} }', 'http\n{ }'])(
    'puts temporary folders into the http block of %j',
    (config) => expect(localNginxConfig(config)).toMatch(/http\s*\{\s+client_body_temp_path tmp\/client_body;/),
  )

  it('leaves a folder the configuration names', () => {
    const local = localNginxConfig('http { proxy_temp_path /elsewhere; }')
    expect(local.match(/proxy_temp_path/g)).toHaveLength(1)
    expect(local).toContain('uwsgi_temp_path tmp/uwsgi;')
  })
})
