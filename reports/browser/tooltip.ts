// What a mark stands for, beside the pointer. Text only, set by textContent.

const GAP_PX = 14

const tip = document.createElement('div')
tip.className = 'tip'
tip.hidden = true
document.body.append(tip)

export function showTooltip(_handler: unknown, event: MouseEvent, _item: unknown, value: unknown): void {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : []
  tip.hidden = entries.length === 0
  if (tip.hidden) return
  tip.replaceChildren(...entries.map(([name, text]) => line(name, String(text))))
  const fits = event.clientX + GAP_PX + tip.offsetWidth < window.innerWidth
  tip.style.left = `${Math.max(0, fits ? event.clientX + GAP_PX : event.clientX - GAP_PX - tip.offsetWidth)}px`
  tip.style.top = `${Math.max(0, event.clientY - GAP_PX - tip.offsetHeight)}px`
}

function line(name: string, text: string): HTMLElement {
  const row = document.createElement('div')
  const value = document.createElement('b')
  value.textContent = text
  row.append(`${name}: `, value)
  return row
}
