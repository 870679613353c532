import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../contracts/refusal.ts'
import { collectOutput, collectTag, k6Extras, parseDashboard } from './load-extras.ts'

const NONE = { out: [], tag: [], generators: 1 }

describe('what k6 does beside our journal', () => {
  it('writes files where the user stands, as often as asked', () => {
    expect(collectOutput('csv=b.csv', collectOutput('json=out/a.json', []))).toEqual([
      `json=${resolve('out/a.json')}`,
      `csv=${resolve('b.csv')}`,
    ])
    expect(collectOutput('influxdb=http://127.0.0.1:8086/k6', [])).toEqual(['influxdb=http://127.0.0.1:8086/k6'])
  })

  it.each([
    ['json', /needs a file/],
    ['csv=-', /needs a file/],
    ['web-dashboard', /is --dashboard/],
    ['cloud', /sends its samples to json, csv/],
    ['kafka=x', /sends its samples to/],
  ])('refuses --out %s', (text, why) => {
    expect(() => collectOutput(text, [])).toThrow(why)
  })

  it.each([
    ['name=x', /k6's own/],
    ['status=1', /k6's own/],
    ['build', /name=value/],
    ['=x', /name=value/],
  ])('refuses --tag %s', (text, why) => {
    expect(() => collectTag(text, [])).toThrow(why)
  })

  it('passes on the settings of the outputs that were named, and no other', () => {
    const env = { K6_OTEL_SERVICE_NAME: 'x', K6_CSV_TIME_FORMAT: 'unix', K6_VUS: '3', PATH: '/bin' }
    expect(k6Extras({ ...NONE, out: ['opentelemetry'] }, env).environment).toEqual({ K6_OTEL_SERVICE_NAME: 'x' })
    expect(k6Extras(NONE, env).environment).toEqual({})
  })

  it('keeps to this machine with the dashboard, unless told otherwise', () => {
    expect(k6Extras({ ...NONE, dashboard: true }, {}).dashboard).toEqual({ host: '127.0.0.1', port: 5665 })
    expect(parseDashboard('7000')).toEqual({ host: '127.0.0.1', port: 7000 })
    expect(parseDashboard('0.0.0.0:7000')).toEqual({ host: '0.0.0.0', port: 7000 })
    for (const text of ['x', '0', '70000', 'host:']) expect(() => parseDashboard(text)).toThrow(/host:port/)
    expect(() => k6Extras({ ...NONE, dashboard: true, generators: 2 }, {})).toThrow(Refusal)
    expect(() => k6Extras({ ...NONE, out: ['json=/a', 'json=/a'] }, {})).toThrow(Refusal)
  })
})
