// The claims as JUnit XML, the form every CI system shows: FAIL and AT RISK are failures, INVALID is an error.

import type { Capacity, Claim } from '../contracts/capacity.ts'
import { targetOf } from './claim-text.ts'
import { escapeText } from './html.ts'

export function junit({ claims, runId, createdAt }: Capacity): string {
  const count = (verdict: Claim['verdict']) => claims.filter((claim) => claim.verdict === verdict).length
  const totals = `tests="${claims.length}" failures="${count('FAIL') + count('AT RISK')}" errors="${count('INVALID')}"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="headroom" ${totals}>`,
    `  <testsuite name="${text(runId)}" timestamp="${text(createdAt)}" ${totals} skipped="0">`,
    ...claims.map(testcase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function testcase(claim: Claim): string {
  const open = `    <testcase classname="${claim.subject}" name="${text(claim.id)}">`
  const out = `<system-out>${text(`${claim.claim} Target: ${targetOf(claim)}. Found: ${claim.evidence}.`)}</system-out>`
  if (claim.verdict === 'PASS') return `${open}${out}</testcase>`
  const kind = claim.verdict === 'INVALID' ? 'error' : 'failure'
  const message = `<${kind} type="${claim.verdict}" message="${text(claim.evidence)}">${text(claim.reason)}</${kind}>`
  return `${open}${message}${out}</testcase>`
}

/** XML 1.0 allows no control characters and no half of a surrogate pair, escaped or not. */
function text(value: string): string {
  return escapeText(value.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd'))
}
