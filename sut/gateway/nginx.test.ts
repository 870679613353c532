import { describe, expect, it } from 'vitest'
import { ROUTES } from '../../contracts/gateway-api.ts'
import { LEGACY_ROUTES, MONOLITH_IDENTITY_PATH } from '../../contracts/legacy-api.ts'
import { renderNginxConfig } from './nginx.ts'

const OPTIONS = {
  listen: '127.0.0.1:8080',
  app: '127.0.0.1:4001',
  admin: '127.0.0.1:4002',
  accessLog: 'sample',
  metricsFor: ['127.0.0.0/8'],
} as const

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

  it.each([...Object.values(LEGACY_ROUTES), MONOLITH_IDENTITY_PATH])(
    'passes %s on where there is a monolith',
    (path) => {
      const withMonolith = renderNginxConfig({ ...OPTIONS, monolith: '127.0.0.1:4003' })
      const [, rest = ''] = withMonolith.split(`location = ${path} {`)
      expect(rest.split('}')[0]).toContain('proxy_pass http://monolith')
      expect(text).not.toContain(path)
    },
  )

  it('says nothing of a monolith where there is none', () => {
    expect(text).not.toMatch(/monolith|\.do\b/)
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

  it('logs neither queries nor headers', () => {
    const [format = ''] = /log_format[^;]+;/.exec(text) ?? []
    expect(format).toContain('$remote_addr')
    expect(format).not.toMatch(/\$(request|args|query_string|request_uri|http_\w+)\b/)
  })

  it.each([
    { ...OPTIONS, listen: '80; include /etc/passwd' },
    { ...OPTIONS, app: 'app:80;}' },
    { ...OPTIONS, admin: '' },
    { ...OPTIONS, monolith: '127.0.0.1:1;}' },
    { ...OPTIONS, resolver: '127.0.0.11; include /etc/passwd' },
    { ...OPTIONS, metricsFor: ['all;'] },
  ])('refuses a value that would end its directive', (options) => {
    expect(() => renderNginxConfig(options)).toThrow(RangeError)
  })
})
