// HTML by template: every interpolated value is escaped unless it is markup made here. Names, addresses and error texts
// in a report come from the system under test and are hostile.

export interface Markup {
  readonly markup: string
}

type Value = Markup | string | number | null | false | readonly Value[]

export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return { markup: parts.reduce((text, part, at) => text + render(values[at - 1] ?? null) + part) }
}

function render(value: Value): string {
  if (value === null || value === false) return ''
  if (typeof value === 'string' || typeof value === 'number') return escapeText(String(value))
  return 'markup' in value ? value.markup : value.map(render).join('')
}

/** Safe as text and inside a quoted attribute. */
export function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')
}

/** JSON that cannot close its `<script type="application/json">`, in any parser. */
export function embeddedJson(value: unknown): Markup {
  const text = JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  return { markup: text }
}
