import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HOSTILE_TEXTS } from './fixtures/hostile.ts'
import { embeddedJson, escapeText, html } from './html.ts'

describe('html', () => {
  it('escapes every value and keeps its own markup', () => {
    const inner = html`<b>${'<i>'}</b>`
    expect(html`<p title="${'"'}">${[inner, "'", 3, null, false]}</p>`.markup).toBe(
      '<p title="&quot;"><b>&lt;i&gt;</b>&#39;3</p>',
    )
  })

  it('lets no text end an element or an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeText(text)).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/)
      }),
    )
  })
})

describe('embedded JSON', () => {
  it('comes back as it was and holds nothing a parser of HTML or JavaScript stumbles over', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...HOSTILE_TEXTS), (value, text) => {
        const document = { value, text, [text]: 1 }
        const { markup } = embeddedJson(document)
        expect(markup).not.toMatch(/[<>&\u2028\u2029]/)
        expect(JSON.parse(markup)).toEqual(JSON.parse(JSON.stringify(document)))
      }),
    )
  })
})
