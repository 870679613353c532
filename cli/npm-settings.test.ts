import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { settingOrigin } from './npm-settings.ts'

vi.setConfig({ testTimeout: 60_000 })

const folder = mkdtempSync(join(tmpdir(), 'headroom-npmrc-'))
afterAll(() => rmSync(folder, { recursive: true }))
const rc = join(folder, '.npmrc')
writeFileSync(rc, '; mine\nyes=true\n dry-run = true \nscale="0.5"\njson\n# years=1\n')
const env = (settings: Record<string, string>) => ({
  npm_lifecycle_event: 'clean',
  npm_config_userconfig: rc,
  ...settings,
})

describe('settingOrigin', () => {
  it.each([
    ['npm_config_yes', 'true'],
    ['npm_config_dry_run', 'true'],
    ['npm_config_scale', '0.5'],
    ['npm_config_json', 'true'],
  ])('finds %s=%s in the user’s rc file', (name, value) => {
    expect(settingOrigin(name, env({ [name]: value }))).toEqual({ kind: 'settings', place: rc })
  })

  it.each([
    ['json=1', 'true'],
    ['json = yes', 'true'],
    ['"json" = true', 'true'],
    [`json=\${MINE}`, 'true'],
    [`json="a\${MINE}"`, 'atrue'],
  ])('reads %s as npm does', (line, value) => {
    const other = join(folder, 'other')
    writeFileSync(other, line)
    const settings = { npm_config_json: value, NPM_CONFIG_USERCONFIG: other, MINE: 'true' }
    expect(settingOrigin('npm_config_json', settings)).toEqual({ kind: 'settings', place: other })
  })

  it.each(['json=false', 'json=0', 'json='])('takes %s for off', (line) => {
    const other = join(folder, 'other')
    writeFileSync(other, line)
    expect(settingOrigin('npm_config_json', { npm_config_json: 'true', npm_config_userconfig: other }).kind).not.toBe(
      'settings',
    )
  })

  it.each(['challenge=false', 'challenge = null', 'challenge='])('finds what is off by %s', (line) => {
    const other = join(folder, 'other')
    writeFileSync(other, line)
    const handed = { npm_config_challenge: '', npm_config_userconfig: other }
    expect(settingOrigin('npm_config_challenge', handed)).toEqual({ kind: 'settings', place: other })
    expect(settingOrigin('npm_config_studies', { ...handed, npm_config_studies: '' }).kind).not.toBe('settings')
  })

  it('lets the command line differ from the rc file, and a comment set nothing', () => {
    expect(settingOrigin('npm_config_scale', env({ npm_config_scale: '0.1' })).kind).not.toBe('settings')
    expect(settingOrigin('npm_config_years', env({ npm_config_years: '1' })).kind).not.toBe('settings')
  })

  // A shell stands for npm: started with or without the setting, it hands it to the script.
  it.runIf(existsSync('/proc/self/environ')).each([
    ['with', { npm_config_target: '31' }, { kind: 'settings', place: 'the environment' }],
    ['without', {}, { kind: 'command line' }],
  ])('tells a setting npm was started %s', (_, before, origin) => {
    const module = join(import.meta.dirname, 'npm-settings.ts')
    const script = `import { settingOrigin } from ${JSON.stringify(module)}
      console.log(JSON.stringify(settingOrigin('npm_config_target', process.env)))`
    const handed = `npm_lifecycle_event=load npm_config_target=31 "$0" --input-type=module -e "$1"; :`
    const { npm_config_target: _none, npm_lifecycle_event: _other, ...clear } = process.env
    const stdout = execFileSync('sh', ['-c', handed, process.execPath, script], {
      env: { ...clear, ...before },
      encoding: 'utf8',
    })
    expect(JSON.parse(stdout)).toEqual(origin)
  })
})
