import { expect, it } from 'vitest'
import { SutError } from '../errors.ts'
import { causeOf } from './cause.ts'

const SQL = Object.assign(new Error("Duplicate entry 'card 4111' for key 'PRIMARY'"), {
  code: 'ER_DUP_ENTRY',
  errno: 1062,
  sqlState: '23000',
  sql: "INSERT INTO orders_07 VALUES ('card 4111')",
})

it('names what went wrong all the way down, and quotes no value of a statement', () => {
  const line = causeOf(new SutError('internal', 'an unexpected error', { cause: SQL }))
  expect(line.error).toEqual({
    name: 'SutError',
    code: 'internal',
    message: 'an unexpected error',
    cause: { name: 'Error', code: 'ER_DUP_ENTRY', errno: 1062, sqlState: '23000' },
  })
  expect(JSON.stringify(line)).not.toContain('4111')
  expect(line.stack).toContain('cause.test.ts')
})

it('says what the network said', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:3306'), { code: 'ECONNREFUSED' })
  expect(causeOf(refused).error).toEqual({ name: 'Error', code: 'ECONNREFUSED', message: refused.message })
})

it('takes whatever is thrown', () => {
  expect(causeOf('text').error).toEqual({ name: 'string' })
  const loop = new Error('a')
  loop.cause = loop
  expect(JSON.stringify(causeOf(loop)).length).toBeLessThan(2_000)
})
