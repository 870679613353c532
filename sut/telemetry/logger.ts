// One logger per process, on stderr: stdout stays free for whoever started us.

import { type Logger, pino } from 'pino'

export type { Logger } from 'pino'

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** Fields that could hold a token or a password are censored wherever they are logged from. */
const CENSORED = ['req.headers.authorization', 'req.headers.cookie', 'headers.authorization', '*.password', '*.secret']

export function createLogger(role: string, level: LogLevel): Logger {
  return pino(
    { level, base: { role, pid: process.pid }, redact: { paths: CENSORED, censor: '[censored]' } },
    pino.destination({ dest: 2, sync: true }),
  )
}
