import { describe, expect, it } from 'vitest'
import { parseSettings } from './parse-settings.ts'

const SECRET = { JWT_SECRET: 'x' }

describe('parseSettings', () => {
  it('needs only the secret', () => {
    expect(parseSettings(SECRET, {})).toMatchObject({
      baseUrl: 'http://127.0.0.1:8080',
      arrivals: 'poisson',
      schedule: [{ ratePerSecond: 10, seconds: 30 }],
      virtualUsers: 10,
      runId: null,
      datasetPath: null,
    })
  })

  it('needs nothing when the services of this checkout run, and gives their secret to nobody else', () => {
    const local = { baseUrl: 'http://127.0.0.1:4711', jwtSecret: 'ours' }
    expect(parseSettings({}, local)).toMatchObject(local)
    expect(() => parseSettings({ BASE_URL: 'http://10.0.0.1' }, local)).toThrow(/JWT_SECRET is missing/)
  })

  it('sizes users by the rate (Little’s law)', () => {
    expect(parseSettings({ ...SECRET, RATE: '450.5' }, {}).virtualUsers).toBe(451)
    expect(parseSettings({ ...SECRET, RATE: '450', VIRTUAL_USERS: '7' }, {}).virtualUsers).toBe(7)
  })

  it.each([
    ['45', 45],
    ['45s', 45],
    ['2.5s', 2.5],
    ['5m', 300],
    ['1h30m', 5400],
  ])('reads %s', (DURATION, seconds) => {
    expect(parseSettings({ ...SECRET, DURATION }, {}).schedule[0]?.seconds).toBe(seconds)
  })

  it('chooses orders by the law of the default plan, or by the one that is named', () => {
    expect(parseSettings(SECRET, {}).recencyExponent).toBe(3)
    expect(parseSettings({ ...SECRET, RECENCY_EXPONENT: '1.5' }, {}).recencyExponent).toBe(1.5)
    for (const RECENCY_EXPONENT of ['0.5', '21', 'recent', 'NaN'])
      expect(() => parseSettings({ ...SECRET, RECENCY_EXPONENT }, {})).toThrow(/RECENCY_EXPONENT .*: want 1 to 20/)
  })

  it('leaves requests as they are unless it is told to sign or seal, which needs a secret', () => {
    expect(parseSettings(SECRET, {})).toMatchObject({ protection: 'plain', loadCredential: null })
    const sealed = { ...SECRET, PROTECTION: 'sealed' }
    expect(parseSettings({ ...sealed, CLIENT_SECRET: 'c' }, {})).toMatchObject({
      protection: 'sealed',
      clientSecret: 'c',
    })
    expect(() => parseSettings(sealed, {})).toThrow(/CLIENT_SECRET is missing: sealed/)
    expect(() => parseSettings({ ...SECRET, PROTECTION: 'secret' }, {})).toThrow(/PROTECTION secret: want plain/)
  })

  it('names every mistake at once', () => {
    const env = {
      BASE_URL: 'ftp://x',
      RATE: '-1',
      DURATION: 'soon',
      ARRIVALS: 'both',
      RUN_ID: 'a b',
      MIX: 'pay',
      P99_MS: '0',
    }
    const mistakes = ['BASE_URL', 'JWT_SECRET', 'RATE', 'DURATION', 'ARRIVALS', 'RUN_ID', 'MIX', 'P99_MS']
    for (const mistake of mistakes) expect(() => parseSettings(env, {})).toThrow(mistake)
  })

  it.each(['0s', 's', '5 m', '-3'])('refuses the duration "%s"', (DURATION) => {
    expect(() => parseSettings({ ...SECRET, DURATION }, {})).toThrow(/DURATION/)
  })

  it('takes rates over time, and then no single rate beside them', () => {
    const SCHEDULE = '50x60,1000x15,50x120'
    const { schedule, virtualUsers } = parseSettings({ ...SECRET, SCHEDULE }, {})
    expect(schedule.map(({ ratePerSecond }) => ratePerSecond)).toEqual([50, 1000, 50])
    expect(virtualUsers).toBe(1000)
    expect(() => parseSettings({ ...SECRET, SCHEDULE, RATE: '5' }, {})).toThrow(/leave RATE/)
    expect(() => parseSettings({ ...SECRET, SCHEDULE: '50:60' }, {})).toThrow(/SCHEDULE/)
  })

  it('takes a share of the requests, as long as there is one for each generator', () => {
    expect(parseSettings({ ...SECRET, SHARE: '2/4' }, {}).share).toEqual({ index: 1, of: 4 })
    expect(() => parseSettings({ ...SECRET, SHARE: '5/4' }, {})).toThrow(/SHARE 5\/4: want 2\/4/)
    expect(() => parseSettings({ ...SECRET, SHARE: '2/4', RATE: '1', DURATION: '3s' }, {})).toThrow(/not a request/)
  })

  it('refuses a mix of nothing', () => {
    expect(() => parseSettings({ ...SECRET, MIX: 'list=0' }, {})).toThrow(/no flow has a weight/)
  })
})
