import { describe, expect, it } from 'vitest'
import { SutError } from '../errors.ts'
import { asAnswer, faultOf, isMysqlError } from './mysql-errors.ts'

const ofServer = (errno: number, sqlState = 'HY000') =>
  Object.assign(new Error('as the server says it'), { errno, sqlState, code: 'ER_SOMETHING' })
const ofDriver = (code: string) => Object.assign(new Error('as the driver says it'), { code })

describe('errors of the order database', () => {
  it.each([
    ['the primary is one no longer', 1290, 'unavailable', 'close', true],
    ['read-only transaction', 1792, 'unavailable', 'close', true],
    ['read-only mode', 1836, 'unavailable', 'close', true],
    ['too many connections', 1040, 'unavailable', 'close', true],
    ['too many of this account', 1203, 'unavailable', 'close', true],
    ['account limits', 1226, 'unavailable', 'close', true],
    ['table full', 1114, 'unavailable', 'keep', true],
    ['disk full', 1021, 'unavailable', 'keep', true],
    ['storage engine', 1030, 'unavailable', 'keep', true],
    ['query killed', 1317, 'unavailable', 'close', false],
    ['connection killed', 1927, 'unavailable', 'close', false],
    ['too slow, MySQL', 3024, 'deadline-exceeded', 'keep', false],
    ['too slow, MariaDB', 1969, 'deadline-exceeded', 'keep', false],
    ['deadlock', 1213, 'unavailable', 'keep', true],
    ['lock wait', 1205, 'unavailable', 'keep', true],
    ['shutdown', 1053, 'unavailable', 'abandon', false],
    ['account refused', 1045, 'unavailable', 'close', false],
  ])('%s (%d) is %s', (_, errno, code, connection, isUndone) => {
    const error = ofServer(errno)
    expect(faultOf(error)).toMatchObject({ code, connection, isUndone })
    const answer = asAnswer(error) as SutError
    expect(answer).toMatchObject({ code, cause: error })
    expect(answer.retryAfterSeconds).toBeGreaterThan(0)
    expect([503, 504]).toContain(answer.status)
  })

  it.each(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'PROTOCOL_CONNECTION_LOST', 'EHOSTUNREACH'])(
    'the way to the server is lost: %s',
    (code) => {
      expect(faultOf(ofDriver(code))).toMatchObject({ name: 'gone', connection: 'abandon', isUndone: false })
    },
  )

  it('takes what the driver gave up for gone', () => {
    const closed = Object.assign(new Error("Can't add new command when connection is in closed state"), { fatal: true })
    expect(faultOf(closed)).toMatchObject({ name: 'gone' })
  })

  it.each([
    ['a duplicate key', ofServer(1062, '23000')],
    ['a table that is missing', ofServer(1146, '42S02')],
    ['an argument of the wrong type', ofDriver('ERR_INVALID_ARG_TYPE')],
    ['anything else', new TypeError('x is not a function')],
  ])('passes %s on as it came', (_, error) => {
    expect(faultOf(error)).toBeUndefined()
    expect(asAnswer(error)).toBe(error)
  })

  it('still knows which error it was inside an answer', () => {
    expect(isMysqlError(asAnswer(ofServer(1205)), 'lockWaitTimeout')).toBe(true)
    expect(isMysqlError(ofServer(1062), 'duplicateKey')).toBe(true)
    expect(isMysqlError(new SutError('unavailable', 'no cause'), 'deadlock')).toBe(false)
  })
})
