// Does the owner of a target elsewhere agree? Its own server must answer for them: a file they put there, or an order
// system that shares the loader's secret.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { CHALLENGE_TOKEN, challengeMessage, challengePath } from '../contracts/challenge.ts'
import { Refusal } from '../contracts/refusal.ts'
import { askText } from '../measurements/target.ts'
import type { AllowedTarget } from './allowed-target.ts'

/** Throws a Refusal that says what to put where. */
export async function askOwner(target: AllowedTarget, token: string, jwtSecret: string | undefined): Promise<void> {
  const path = challengePath(token)
  const answer = await askText(target, path).catch((error: Error) => ({ statusCode: 0, text: error.message }))
  if (answer.statusCode === 200 && agrees(answer.text.trim(), token, jwtSecret)) return
  throw new Refusal({
    what: `${target.host} does not say that it may be loaded`,
    why: [
      `${target.baseUrl}${path} answers ${answer.statusCode === 0 ? `nothing: ${answer.text}` : answer.statusCode}`,
    ],
    wayOut: `Put a file there that holds ${token}, as text; or, where you need not ask:`,
    command: `--no-challenge ${target.host}`,
  })
}

export function agrees(text: string, token: string, jwtSecret: string | undefined): boolean {
  if (text === token) return true
  if (!jwtSecret) return false
  const expected = createHmac('sha256', jwtSecret).update(challengeMessage(token)).digest('hex')
  return text.length === expected.length && timingSafeEqual(Buffer.from(text), Buffer.from(expected))
}

/** One for each checkout: what an owner agreed to once holds for its next loads. */
export function challengeToken(file: string): string {
  try {
    const token = readFileSync(file, 'utf8').trim()
    if (CHALLENGE_TOKEN.test(token)) return token
  } catch {
    // Made below.
  }
  const token = randomBytes(16).toString('hex')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${token}\n`, { mode: 0o600 })
  return token
}
