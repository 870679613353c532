// What an error of the driver or of the server means: the one table. An error that is not in it passes unchanged: a
// duplicate key is for the caller to judge, and a mistake of ours must not be told as an outage.

import { type ErrorCode, SutError } from '../errors.ts'

export interface MysqlFault {
  readonly name: string
  readonly code: ErrorCode
  /** Public. */
  readonly message: string
  /** The same request may be sent again after this long. */
  readonly retryAfterSeconds: number
  /** `close`: the server has answered, but leads nowhere; `abandon`: it has not, and what was sent may go on there. */
  readonly connection: 'keep' | 'close' | 'abandon'
  /** What was sent with it is certainly not stored. */
  readonly isUndone: boolean
}

const BUSY: MysqlFault = {
  name: 'busy',
  code: 'unavailable',
  message: 'these rows of the order database are held by others',
  retryAfterSeconds: 1,
  connection: 'keep',
  isUndone: true,
}
const READ_ONLY: MysqlFault = {
  name: 'read-only',
  code: 'unavailable',
  message: 'the order database takes no writes at the moment',
  retryAfterSeconds: 1,
  // The server we are connected to is no longer the primary.
  connection: 'close',
  isUndone: true,
}
const CROWDED: MysqlFault = {
  name: 'crowded',
  code: 'unavailable',
  message: 'the order database takes no more connections',
  retryAfterSeconds: 1,
  connection: 'close',
  isUndone: true,
}
const FULL: MysqlFault = {
  name: 'full',
  code: 'unavailable',
  message: 'the order database has no room left',
  retryAfterSeconds: 5,
  connection: 'keep',
  isUndone: true,
}
const KILLED: MysqlFault = {
  name: 'killed',
  code: 'unavailable',
  message: 'the statement was ended on the order database',
  retryAfterSeconds: 1,
  connection: 'close',
  isUndone: false,
}
const SLOW: MysqlFault = {
  name: 'slow',
  code: 'deadline-exceeded',
  message: 'the answer took longer than this request may',
  retryAfterSeconds: 1,
  connection: 'keep',
  isUndone: false,
}
const LATE: MysqlFault = { ...SLOW, name: 'late', connection: 'abandon' }
const GONE: MysqlFault = {
  name: 'gone',
  code: 'unavailable',
  message: 'the order database cannot be reached',
  retryAfterSeconds: 1,
  connection: 'abandon',
  isUndone: false,
}
const REFUSED: MysqlFault = { ...KILLED, name: 'refused', message: 'the order database refuses this service' }

const FAULT_OF_ERRNO: ReadonlyMap<number, MysqlFault> = new Map([
  ...each(BUSY, [1205, 1213, 3572]), // lock wait timeout, deadlock, NOWAIT
  ...each(READ_ONLY, [1290, 1792, 1836, 1223]), // --read-only, read-only transaction, read-only mode, global read lock
  ...each(CROWDED, [1040, 1203, 1226]), // of the server, of the account, of the account's resources
  ...each(FULL, [1114, 1021, 1030, 1026, 3, 20]), // table, disk, storage engine, write error, EE_WRITE, EE_DISK_FULL
  ...each(KILLED, [1317, 1927, 3169, 1180]), // query, connection (MariaDB), session; an error during COMMIT itself
  ...each(SLOW, [3024, 1969]), // max_execution_time (MySQL), max_statement_time (MariaDB)
  ...each(GONE, [1053, 1077, 1079, 1080, 1152, 1158, 1159, 1160, 1161, 2006, 2013, 4031]), // shutdown, lost, idle for too long
  ...each(REFUSED, [1044, 1045, 1049, 1129, 1130, 1698]), // account, schema or host
])

/** Of Node's sockets and of the driver's protocol. */
const FAULT_OF_CODE: ReadonlyMap<string, MysqlFault> = new Map([
  ['PROTOCOL_SEQUENCE_TIMEOUT', LATE],
  ...[
    'PROTOCOL_CONNECTION_LOST',
    'PROTOCOL_PACKETS_OUT_OF_ORDER',
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOENT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENETDOWN',
  ].map((code) => [code, GONE] as const),
])

interface DriverError extends Error {
  readonly code?: string
  readonly errno?: number
  readonly fatal?: boolean
}

/** undefined: not an error of the way to the server, nor one that another try could help. */
export function faultOf(error: unknown): MysqlFault | undefined {
  const origin = originOf(error)
  if (!origin) return undefined
  const { code, errno, fatal } = origin
  const known = (errno !== undefined && FAULT_OF_ERRNO.get(errno)) || (code !== undefined && FAULT_OF_CODE.get(code))
  // fatal: the driver's word for a connection that it has given up.
  return known || (fatal ? GONE : undefined)
}

/** As an answer for the client where the table has one; anything else as it came. */
export function asAnswer(error: unknown): unknown {
  if (error instanceof SutError) return error
  const fault = faultOf(error)
  if (!fault) return error
  return new SutError(fault.code, fault.message, { retryAfterSeconds: fault.retryAfterSeconds, cause: error })
}

export const MYSQL_ERRORS = {
  duplicateKey: [1062],
  columnIsNull: [1048],
  // Null, beyond the type's range, cut off, not of the type, not of the character set, too long.
  refusesValue: [1048, 1264, 1265, 1292, 1366, 1406, 1690],
  noSuchTable: [1146],
  noSuchColumn: [1054],
  lockWaitTimeout: [1205],
  deadlock: [1213],
  noSuchAccount: [1410, 1133], // MySQL, MariaDB
  mayNot: [1142, 1044, 1227], // this statement on this table, anything in this schema, without this privilege
} as const satisfies Readonly<Record<string, readonly number[]>>

export function isMysqlError(error: unknown, kind: keyof typeof MYSQL_ERRORS): boolean {
  const errno = errnoOf(error)
  return errno !== undefined && (MYSQL_ERRORS[kind] as readonly number[]).includes(errno)
}

/** The server's number for it; undefined: not an error of the server. */
export function errnoOf(error: unknown): number | undefined {
  return originOf(error)?.errno
}

function originOf(error: unknown): DriverError | undefined {
  const origin = error instanceof SutError ? error.cause : error
  return origin instanceof Error && !(origin instanceof SutError) ? (origin as DriverError) : undefined
}

function each(fault: MysqlFault, errnos: readonly number[]): readonly (readonly [number, MysqlFault])[] {
  return errnos.map((errno) => [errno, fault])
}
