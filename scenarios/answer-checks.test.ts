import { describe, expect, it } from 'vitest'
import { failureOf, isNewestFirst } from './answer-checks.ts'

describe('isNewestFirst', () => {
  it.each([
    [[], true],
    [['9'], true],
    [['9223372036854775807', '9223372036854775806', '1'], true],
    [['10', '9'], true],
    [['9', '10'], false],
    [['7', '7'], false],
    [['9223372036854775806', '9223372036854775807'], false],
  ])('%j: %s', (ids, expected) => {
    expect(isNewestFirst(ids)).toBe(expected)
  })
})

describe('failureOf', () => {
  it.each([
    [
      0,
      'dial tcp 127.0.0.1:8080: connect: connection refused',
      '',
      'error: dial tcp target: connect: connection refused',
    ],
    [
      0,
      'read tcp 127.0.0.1:5342->127.0.0.1:8080: read: connection reset',
      '',
      'error: read tcp target: read: connection reset',
    ],
    [0, '', '', 'error: no answer'],
    [503, '', '{"code":"overloaded","message":"m"}', 'status 503 overloaded'],
    [502, '', '<html>', 'status 502'],
    [500, '', '{"code":"x\\ty"}', 'status 500'],
  ])('%i %s', (status, error, body, expected) => {
    expect(failureOf(status, error, body)).toBe(expected)
  })
})
