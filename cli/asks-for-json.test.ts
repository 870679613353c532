import { describe, expect, it } from 'vitest'
import { asksForJson } from './asks-for-json.ts'
import type { SettingOrigin } from './npm-settings.ts'

const kept = { npm_lifecycle_event: 'plan', npm_config_json: 'true' }
const from = (kind: 'command line' | 'unknown') => (): SettingOrigin => ({ kind })
const rcFile = (): SettingOrigin => ({ kind: 'settings', place: '/home/me/.npmrc' })

describe('asksForJson', () => {
  it('by a word of the command', () => {
    expect(asksForJson('plan', ['bad.yaml', '--json'], {})).toBe(true)
    expect(asksForJson('plan', ['bad.yaml'], {})).toBe(false)
  })

  it('by a word that npm kept', () => {
    expect(asksForJson('plan', [], kept, from('command line'))).toBe(true)
    expect(asksForJson('plan', [], kept, from('unknown'))).toBe(true)
    expect(asksForJson('plan', [], { ...kept, npm_config_json: '' }, from('command line'))).toBe(false)
  })

  it('not by a setting of npm’s own, and not by what npm was told for another script', () => {
    expect(asksForJson('plan', [], kept, rcFile)).toBe(false)
    expect(asksForJson('seed', [], kept, from('command line'))).toBe(false)
  })
})
