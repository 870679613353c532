// Verdicts and basis as word and shape; colour only repeats what they say.

import type { Basis, Verdict } from '../../contracts/capacity.ts'
import type { Outcome } from '../../contracts/measurement.ts'
import { html, type Markup } from '../html.ts'

const SHAPES: Readonly<Record<Verdict, Markup>> = {
  PASS: html`<circle cx="12" cy="12" r="11" fill="currentColor"/><path d="M6.5 12.5l3.6 3.6 7.4-8" fill="none" stroke="var(--card)" stroke-width="2.6"/>`,
  FAIL: html`<rect x="1" y="1" width="22" height="22" rx="5" fill="currentColor"/><path d="M7 7l10 10M17 7L7 17" fill="none" stroke="var(--card)" stroke-width="2.6"/>`,
  'AT RISK': html`<path d="M12 .8L23.2 12 12 23.2.8 12z" fill="currentColor"/><path d="M12 6.6v7M12 15.8v2" fill="none" stroke="var(--card)" stroke-width="2.6"/>`,
  INVALID: html`<path d="M12 1.5L23.3 22H.7z" fill="currentColor"/><path d="M12 9v6.2M12 17.4v2" fill="none" stroke="var(--card)" stroke-width="2.6"/>`,
}

export function icon(verdict: Verdict): Markup {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">${SHAPES[verdict]}</svg>`
}

export function tone(verdict: Verdict): string {
  return `tone-${verdict.toLowerCase().replace(' ', '-')}`
}

export function badge(verdict: Verdict): Markup {
  return html`<span class="badge ${tone(verdict)}">${icon(verdict)}${verdict}</span>`
}

/** What was found, and judges nothing. */
export function factBadge(): Markup {
  return html`<span class="badge fact">fact</span>`
}

export function outcomeBadge(outcome: Outcome): Markup {
  return badge(outcome === 'pass' ? 'PASS' : outcome === 'fail' ? 'FAIL' : 'INVALID')
}

export function tag(basis: Basis): Markup {
  return html`<span class="tag">${basis}</span>`
}
