// Versions are pinned in versions.json alone: whatever else names one must agree with it.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CHECKOUT } from './place.ts'
import { VERSIONS } from './versions.ts'

const read = (path: string) => readFileSync(join(CHECKOUT, path), 'utf8')

describe('docker-compose.yml', () => {
  const { services } = parse(read('docker-compose.yml')) as { services: Record<string, { image?: string }> }
  const pulled = Object.values(services).flatMap(({ image }) => image ?? [])
  const pinned = Object.values<string>(VERSIONS.images)

  it('names the pinned image wherever it names one of our engines', () => {
    const nameOf = (image: string) => image.slice(0, image.lastIndexOf(':'))
    const drifted = pulled.filter((image) => pinned.some((pin) => nameOf(pin) === nameOf(image) && pin !== image))
    expect(drifted).toEqual([])
  })

  it.each(['mysql', 'elasticsearch', 'redis'] as const)('runs %s', (engine) => {
    expect(pulled).toContain(VERSIONS.images[engine])
  })
})

it('builds the k6 that is pinned', () => {
  expect(read('engines/k6-build/go.mod')).toMatch(
    new RegExp(`go\\.k6\\.io/k6/v2 v${VERSIONS.k6.replaceAll('.', '\\.')}\\b`),
  )
  expect(VERSIONS.images.k6).toBe(`grafana/k6:${VERSIONS.k6}`)
})

it('fetches the Elasticsearch whose image is pinned', () => {
  expect(VERSIONS.images.elasticsearch.split(':')[1]).toBe(VERSIONS.elasticsearch)
})

it('has a client of the server’s major version: a 9.x client is refused by an 8.x server', () => {
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> }
  expect(dependencies['@elastic/elasticsearch']?.split('.')[0]).toBe(VERSIONS.elasticsearch.split('.')[0])
})
