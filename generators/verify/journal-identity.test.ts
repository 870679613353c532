import { describe, expect, it } from 'vitest'
import { journalIdentity, type Verified } from './journal-identity.ts'

const here: Verified = {
  stores: { mysql: { url: 'mysql://root:secret@db:3306/headroom' }, elasticsearchUrl: 'http://search:9200' },
  stored: { seedingId: 'first', dataset: { fingerprint: 'f' } },
  shards: [5, 6],
}
const at = (url: string, socketPath?: string): Verified => ({
  ...here,
  stores: { ...here.stores, mysql: socketPath ? { url, socketPath } : { url } },
})
const searching = (elasticsearchUrl: string | null): Verified => ({
  ...here,
  stores: { ...here.stores, elasticsearchUrl },
})

describe('journalIdentity', () => {
  it.each([
    ['MySQL host', at('mysql://root:secret@other:3306/headroom')],
    ['MySQL port', at('mysql://root:secret@db:3307/headroom')],
    ['MySQL socket', at('mysql://root:secret@db:3306/headroom', '/run/mysqld.sock')],
    ['schema', at('mysql://root:secret@db:3306/other')],
    ['Elasticsearch', searching('http://search:9201')],
    ['comparison without Elasticsearch', searching(null)],
    ['seeding', { ...here, stored: { ...here.stored, seedingId: 'second' } }],
    ['data set', { ...here, stored: { ...here.stored, dataset: { fingerprint: 'g' } } }],
    ['choice of shards', { ...here, shards: [5] }],
  ])('is another one for another %s', (_, other) => {
    expect(journalIdentity(other)).not.toBe(journalIdentity(here))
  })

  it('is the same whoever asks, and with the port named or not', () => {
    expect(journalIdentity(at('mysql://reader:other@db/headroom'))).toBe(journalIdentity(here))
    expect(journalIdentity(searching('http://elastic:secret@search:9200/'))).toBe(journalIdentity(here))
  })
})
