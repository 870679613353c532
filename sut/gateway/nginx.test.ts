import { describe, expect, it } from 'vitest'
import { BODY_LIMIT_BYTES, ROUTES } from '../../contracts/gateway-api.ts'
import { LEGACY_ROUTES, MONOLITH_IDENTITY_PATH } from '../../contracts/legacy-api.ts'
import { TRACE_FORMAT } from '../telemetry/trace-context.ts'
import { INTERFACE_LAYER_FILE, POSITION_FOLDER, renderNginxConfig } from './nginx.ts'

const OPTIONS = {
  listen: '127.0.0.1:8080',
  app: '127.0.0.1:4001',
  admin: '127.0.0.1:4002',
  accessLog: 'sample',
  metricsFor: ['127.0.0.0/8'],
} as const

const OLD = { monolith: '127.0.0.1:4003', adapter: '127.0.0.1:4004' }

describe('the old interfaces', () => {
  const text = renderNginxConfig({ ...OPTIONS, oldInterfaces: OLD })
  const locationOf = (path: string) => text.split(`location = ${path} {`)[1]?.split('location')[0] ?? ''

  it.each(Object.values(LEGACY_ROUTES))('%s goes to the monolith, or to the adapter while a file is there', (path) => {
    const location = locationOf(path)
    expect(location).toContain('set $old_interfaces monolith;')
    const wanted = `if (-f $document_root/${INTERFACE_LAYER_FILE}) { set $old_interfaces adapter; }`
    expect(location).toContain(`root ${POSITION_FOLDER};`)
    expect(location).toContain(wanted)
    expect(location).toContain('proxy_pass http://$old_interfaces;')
    expect(location).toContain('add_header X-Request-Id $request_id always;')
  })

  it('are two upstreams, and the monolith says itself which data it holds', () => {
    expect(text).toMatch(/upstream monolith \{\s+server 127\.0\.0\.1:4003;/)
    expect(text).toMatch(/upstream adapter \{\s+server 127\.0\.0\.1:4004;/)
    expect(locationOf(MONOLITH_IDENTITY_PATH)).toContain('proxy_pass http://monolith/')
  })
})

describe('gateway configuration', () => {
  const text = renderNginxConfig(OPTIONS)

  it('closes every block it opens', () => {
    const withoutText = text.replaceAll(/'[^']*'/g, '')
    expect(withoutText.split('{').length).toBe(withoutText.split('}').length)
  })

  it.each(Object.values(ROUTES))('passes $path on', ({ path }) => {
    const locations = [...text.matchAll(/location (= )?(\S+) \{[^}]*proxy_pass/g)]
    const passed = locations.some(([, exact, prefix = '']) => (exact ? path === prefix : path.startsWith(prefix)))
    expect(passed).toBe(true)
  })

  it('passes nothing else on, the services’ own routes least of all', () => {
    expect(text).toContain('location / { return 404; }')
    expect(text).not.toContain('/internal')
  })

  it('takes bodies as large as a front-end does, and keeps them in memory', () => {
    const kilobytes = [...text.matchAll(/client_(?:max_body|body_buffer)_size (\d+)k;/g)].map(([, size]) =>
      Number(size),
    )
    expect(kilobytes.map((size) => size * 1024)).toEqual([BODY_LIMIT_BYTES, BODY_LIMIT_BYTES])
  })

  it('says nothing of a monolith where there is none', () => {
    expect(text).not.toMatch(/monolith|adapter|\.do\b/)
    for (const path of [...Object.values(LEGACY_ROUTES), MONOLITH_IDENTITY_PATH]) expect(text).not.toContain(path)
  })

  it('sends a request on once, and never to another one: only its sender knows whether it may be repeated', () => {
    const all = renderNginxConfig({ ...OPTIONS, oldInterfaces: OLD })
    expect(all.match(/proxy_next_upstream[^;]*;/g)).toEqual(['proxy_next_upstream off;'])
    const upstreams = [...all.matchAll(/upstream (\w+) \{([^}]*)\}/g)]
    expect(upstreams.map(([, name]) => name)).toEqual(['app', 'admin', 'monolith', 'adapter'])
    for (const [, , body = ''] of upstreams) expect(body.match(/server /g)).toHaveLength(1)
  })

  it('redirects nobody: a prefix without its slash is nothing', () => {
    for (const [, prefix] of text.matchAll(/location (\S+)\/ \{[^}]*proxy_pass/g)) {
      expect(text).toContain(`location = ${prefix} { return 404; }`)
    }
  })

  it('asks for names again where there is a name server, and nowhere else', () => {
    const named = renderNginxConfig({ ...OPTIONS, app: 'app:8080', admin: 'admin:8080', resolver: '127.0.0.11' })
    expect(named).toMatch(/resolver 127\.0\.0\.11 valid=\d+s/)
    expect(named.match(/zone \w+ 64k;\s+server (app|admin):8080 resolve;/g)).toHaveLength(2)
    expect(text).not.toMatch(/resolve/)
  })

  it('logs neither queries nor headers, but a trace that is one', () => {
    const [format = ''] = /log_format[^;]+;/.exec(text) ?? []
    expect(format).toContain('$remote_addr')
    expect(format).not.toMatch(/\$(request|args|query_string|request_uri|http_\w+)\b/)
    expect(format).toContain('"traceparent":"$traceparent"')
    const [, ...entries] = /map \$http_traceparent \$traceparent \{\s+(.+)\s+(.+)\s+\}/.exec(text) ?? []
    expect(entries).toEqual([`'~${TRACE_FORMAT.source}' $http_traceparent;`, "default '';"])
  })

  it.each([
    { ...OPTIONS, listen: '80; include /etc/passwd' },
    { ...OPTIONS, app: 'app:80;}' },
    { ...OPTIONS, admin: '' },
    { ...OPTIONS, oldInterfaces: { ...OLD, monolith: '127.0.0.1:1;}' } },
    { ...OPTIONS, oldInterfaces: { ...OLD, adapter: '' } },
    { ...OPTIONS, resolver: '127.0.0.11; include /etc/passwd' },
    { ...OPTIONS, metricsFor: ['all;'] },
  ])('refuses a value that would end its directive', (options) => {
    expect(() => renderNginxConfig(options)).toThrow(RangeError)
  })
})
