import { describe, expect, it } from 'vitest'
import { extraWords } from './k6-extras.ts'

const NONE = { outputs: [], tags: [], dashboard: null, environment: {} }

describe('extraWords', () => {
  it('gives every process a file of its own', () => {
    const outputs = [
      'json=/tmp/a.b/out.json.gz',
      'csv=/tmp/x=y/samples.csv',
      'json=/tmp/plain',
      'influxdb=http://h:8086/k6',
    ]
    expect(extraWords({ ...NONE, outputs }, 'list-03-2')).toEqual([
      '--out',
      'json=/tmp/a.b/out.list-03-2.json.gz',
      '--out',
      'csv=/tmp/x=y/samples.list-03-2.csv',
      '--out',
      'json=/tmp/plain.list-03-2',
      '--out',
      'influxdb=http://h:8086/k6',
    ])
  })

  it('passes tags and the dashboard', () => {
    const extras = { ...NONE, tags: ['a=b', 'c=d'], dashboard: { host: '127.0.0.1', port: 5665 } }
    expect(extraWords(extras, 'list-00')).toEqual(
      '--out web-dashboard=host=127.0.0.1&port=5665 --tag a=b --tag c=d'.split(' '),
    )
    expect(extraWords(NONE, 'list-00')).toEqual([])
  })
})
