// Generators that offer one load together begin together: each asks at the gate, which answers all of them at once.

import http from 'k6/http'
import { START_GATE_SECONDS } from './load-profile.ts'

/** Epoch ms at which the load begins; null: there is no gate. Throws, and k6 exits 107, when the gate was shut. */
export function passStartGate(url: string | null): number | null {
  if (url === null) return null
  const { status, body, error } = http.get(url, {
    tags: { name: 'start-gate' },
    redirects: 0,
    timeout: `${START_GATE_SECONDS}s`,
    responseType: 'text',
  })
  const startAtMs = Number(body)
  if (status === 200 && startAtMs > 0) return startAtMs
  throw new Error(`start gate: ${body || error || `it answers ${status}`}`)
}
