import { expect, it } from 'vitest'
import type { Dataset } from '../contracts/dataset.ts'
import type { EngineSizes } from '../contracts/measurement.ts'
import { missingDocuments } from './tables.ts'

it('a search index with fewer documents than orders were seeded is data that is missing', () => {
  const dataset = { rows: { orders: 100 } } as Dataset
  const sizes = (searchDocuments: number) => ({ searchDocuments }) as EngineSizes
  expect(missingDocuments(dataset, sizes(99))?.code).toBe('data-incomplete')
  expect(missingDocuments(dataset, sizes(100))).toBeNull()
  expect(missingDocuments(dataset, null)).toBeNull()
})
