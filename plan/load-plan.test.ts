import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Plan } from '../contracts/plan.ts'
import { Refusal } from '../contracts/refusal.ts'
import { loadPlan, parsePlan } from './load-plan.ts'

const FILE = new URL('../plan.yaml', import.meta.url).pathname
const TEXT = readFileSync(FILE, 'utf8')

function mistakesIn(text: string): readonly string[] {
  try {
    parsePlan(text, 'plan.yaml')
  } catch (error) {
    if (error instanceof Refusal) return error.why
    throw error
  }
  return []
}

function lineOf(part: string): number {
  return TEXT.slice(0, TEXT.indexOf(part)).split('\n').length
}

describe('loadPlan', () => {
  it('reads the default plan', async () => {
    const plan: Plan = await loadPlan(FILE)
    expect(plan).toMatchObject({ shards: 64, rowsPerTableLimit: 50_000_000, horizonYears: 3 })
    expect(plan.orders.perDayAtStart.mid).toBe(1_500_000)
  })

  it('names what broke the text, not each word that it can no longer read', () => {
    expect(mistakesIn(`\r${TEXT}`)).toHaveLength(1)
  })

  it('shows a character that nobody sees', () => {
    expect(mistakesIn(`\r: 1`)).toContain('line 1: \\u000d is unknown')
  })

  it('lists every mistake at once, each with its line', () => {
    const broken = TEXT.replace('shards: 64', 'shards: 32')
      .replace('headroom: 0.3', 'headrom: 0.3')
      .replace('horizonYears: 3', 'horizonYears: 0')
    const lines = mistakesIn(broken)
    expect(lines).toContainEqual(
      expect.stringMatching(new RegExp(`^line ${lineOf('headroom: 0.3')}: headrom is unknown: did you mean headroom`)),
    )
    expect(lines).toContainEqual(
      expect.stringMatching(new RegExp(`^line ${lineOf('horizonYears')}: horizonYears must be >= 1, not 0`)),
    )
    expect(lines).toContainEqual(expect.stringContaining('headroom is missing'))
  })

  it.each([
    ['shards: 64', 'shards: 32', /shards is 32, but ids and tables are built for 64/],
    [
      'shareOfUsers: 0.75, shareOfOrders: 0.25',
      'shareOfUsers: 0.75, shareOfOrders: 0.35',
      /shareOfOrders must sum to 1, not 1\.1/,
    ],
    ['low: 5, mid: 8, high: 14', 'low: 9, mid: 8, high: 14', /low ≤ mid ≤ high, not 9, 8, 14/],
    ['from: 11-11', 'from: 11-31', /"11-31" is no day of the calendar/],
    ['0.94, 0.93', '0.95, 0.93', /weekdayShape must have mean 1/],
    ['0.62, 0.36', '0.72, 0.36', /hourShape must have mean 1/],
    ['[0.72, 0.13, 0.15]', '[0.72, 0.13, 0.25]', /channelWeights must sum to 1/],
    ['weight: 0.33', 'weight: 0.43', /regions weights must sum to 1/],
    ['[0.46, 0.26', '[0.56, 0.26', /countWeights must sum to 1/],
    ['checkout: 1,', 'checkout: 2,', /requestsPerOrder.checkout must be 1/],
    ['pay: 0.94,', 'pay: 0.95,', /requestsPerOrder pay and cancel must be 1 together at most, not 1.01/],
    ['start: 2026-01-01', 'start: 2022-06-01', /start must lie after 2023-01-01/],
    ['extraBytesPerRow: 0', 'extraBytesPerRow: 8001', /orders\.extraBytesPerRow must be <= 8000, not 8001/],
    ['extraBytesPerRow: 0', 'extraBytesPerRow: 0.5', /orders\.extraBytesPerRow must be a whole number, not 0\.5/],
    ['extraBytesPerRow: 0', 'extraBytesPerRow: -1', /orders\.extraBytesPerRow must be >= 0, not -1/],
    ['recencyExponent: 3', 'recencyExponent: 0.5', /recencyExponent must be >= 1, not 0\.5/],
    ['start: 2026-01-01', 'start: 2026-02-31', /start must match format "date"/],
    ['rowsPerTableLimit: 50e6', 'rowsPerTableLimit: 3999e6', /83307758 users in one shard/],
    ['cancelledShare: 0.06', 'cancelledShare: 0.98', /below 1/],
    ['count: 640,', 'count: 0,', /no whales cannot place a share/],
    [
      'shareOfUsers: 0.05, shareOfOrders: 0.35',
      'shareOfUsers: 0.05, shareOfOrders: 0.01',
      /more active than the class before/,
    ],
    ['name: default', 'name: default\nname: again', /unique/],
    ['name: default', 'name: [', /./],
  ])('refuses %s → %s', (right, wrong, message) => {
    expect(TEXT).toContain(right)
    expect(mistakesIn(TEXT.replace(right, wrong)).join('\n')).toMatch(message)
  })

  it.each([
    [
      'an alias without an anchor',
      'headroom: 0.3',
      'headroom: *none',
      'headroom',
      /\*none has no anchor &none before it/,
    ],
    [
      'a cycle',
      'items:\n  count',
      'items: &i\n  extra: *i\n  count',
      'items:',
      /\*i stands inside its own anchor &i/,
      1,
    ],
    ['a nested alias', 'regions:', 'x: &a [1]\ny: &b [*a, *a]\nregions:', 'regions:', /inside the anchor &b/, 1],
    ['a tab', 'horizonYears: 3', 'horizonYears: 3\n\tstart: 1', 'horizonYears', /a tab indents this line/, 1],
    ['a key twice', 'name: default', 'name: default\nname: again', 'name: default', /name is there twice/, 1],
    ['two documents', 'headroom: 0.3', '---\nheadroom: 0.3', 'headroom: 0.3', /a second document begins here/],
    ['a tag', 'headroom: 0.3', 'headroom: !half 0.3', 'headroom: 0.3', /a plan needs no tags/],
    ['infinity', 'headroom: 0.3', 'headroom: .inf', 'headroom', /must be a finite number, not \.inf/],
    ['no number', 'mid: 1.5e6', 'mid: .nan', 'perDayAtStart', /must be a finite number, not \.nan/],
    ['too large a number', 'headroom: 0.3', 'headroom: -1e999', 'headroom', /not -\.inf/],
    ['nothing', 'headroom: 0.3', 'headroom:', 'headroom', /headroom must be a number, not empty/],
    ['a near name', 'p99Ms: 150', 'p99: 150', 'list: { p99Ms', /targets\.list\.p99 is unknown: did you mean p99Ms\?/],
    ['underscores', '50e6', '50_000_000', 'rowsPerTableLimit', /not "50_000_000": write 50000000/],
    ['a German date', '2026-01-01 #', '01.01.2026 #', 'start:', /format "date", not "01\.01\.2026": write 2026-01-01/],
    ['a decimal comma', '0.3 # capacity', '"0,3" # capacity', 'headroom', /not "0,3": write 0\.3/],
    ['a percentage', '0.3 # capacity', '30 % # capacity', 'headroom', /not "30 %": write 0\.3/],
    ['a dotted day', 'from: 11-11', 'from: 11.11', '"11.11"', /must be a text, not 11\.11: write 11-11/],
    [
      'text for an interval',
      '{ low: 0.30, mid: 0.40, high: 0.50 }',
      '40 %',
      'yearlyGrowth',
      /low, mid and high, not "40 %": write 0\.4/,
    ],
    [
      'a start beyond the ids',
      '2026-01-01 #',
      '2086-09-07 #',
      'start:',
      /start can be 2086-09-06 at the latest.* end on 2089-09-06/,
    ],
    ['a start far beyond them', '2026-01-01 #', '2206-01-01 #', 'start:', /2086-09-06 at the latest/],
  ])('names the line of %s', (_, right, wrong, near, message, offset = 0) => {
    expect(TEXT).toContain(right)
    const lines = mistakesIn(TEXT.replace(right, wrong))
    const expected = lines.filter((line) => message.test(line))
    expect(expected.map((line) => line.split(':')[0])).toContain(`line ${lineOf(near) + offset}`)
  })

  it('accepts the last day whose horizon ids can carry', () => {
    expect(mistakesIn(TEXT.replace('start: 2026-01-01', 'start: 2086-09-06'))).toEqual([])
    expect(
      mistakesIn(TEXT.replace('start: 2026-01-01', 'start: 2086-09-06').replace('Years: 3', 'Years: 4')).join(),
    ).toMatch(/start can be 2085-09-06 at the latest/)
  })

  it.each([
    ['an empty file', '', /^line 1: the file is empty/],
    ['comments only', '# nothing\n', /^line 1: the file is empty/],
    ['a text', '\n\nhello', /^line 3: a plan must be a group of fields, not "hello"/],
    ['a list', '- shards: 64', /^line 1: a plan must be a group of fields, not \[/],
    ['a number', '64', /^line 1: a plan must be a group of fields, not 64/],
    ['UTF-16', '\ufeffn\0a\0m\0e\0', /^line 1: this is no UTF-8 text/],
    ['endless nesting', '['.repeat(100_000), /^line 1: this is nested too deeply/],
    ['endless blocks', '- '.repeat(100_000), /^line 1: this is nested too deeply/],
    [
      'endless indentation',
      Array.from({ length: 500 }, (_, at) => `${' '.repeat(at)}a:\n`).join(''),
      /nested too deeply/,
    ],
    ['YAML 1.1', `%YAML 1.1\n---\n${TEXT}`, /^line 1: a plan is YAML 1.2/],
    [
      'billion laughs',
      `a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n${TEXT}`,
      /^line 2: the alias \*a stands inside the anchor &b/,
    ],
    ['aliases as names', `a: &a name\n*a : 1\n${TEXT}`, /^line 2: the alias \*a is no name of a field/],
  ])('refuses %s', (_, text, message) => {
    expect(mistakesIn(text).join('\n')).toMatch(new RegExp(message.source, 'm'))
  })

  it('reads what editors leave: a byte order mark, CRLF, aliases of a whole value', () => {
    expect(parsePlan(`\ufeff${TEXT.replaceAll('\n', '\r\n')}`, 'plan.yaml')).toEqual(parsePlan(TEXT, 'plan.yaml'))
    const broken = TEXT.replace('headroom: 0.3', 'headroom: none').replaceAll('\n', '\r\n')
    expect(mistakesIn(broken)).toEqual([`line ${lineOf('headroom: 0.3')}: headroom must be a number, not "none"`])
    const shared = TEXT.replace('{ p99Ms: 150, errorRate: 0.001 }', '&usual { p99Ms: 150, errorRate: 0.001 }').replace(
      '{ p99Ms: 100, errorRate: 0.001 }',
      '*usual',
    )
    expect(parsePlan(shared, 'plan.yaml').targets.detail).toEqual({ p99Ms: 150, errorRate: 0.001 })
  })

  it('takes a known number for low, mid and high', () => {
    const known = TEXT.replace('{ low: 1.35e6, mid: 1.5e6, high: 1.65e6 }', '1.5e6')
      .replace('{ low: 0.30, mid: 0.40, high: 0.50 }', '0.4')
      .replace('{ low: 5, mid: 8, high: 14 }', '8')
    const { orders } = parsePlan(known, 'plan.yaml')
    expect(orders.perDayAtStart).toEqual({ low: 1.5e6, mid: 1.5e6, high: 1.5e6 })
    expect(orders.yearlyGrowth).toEqual({ low: 0.4, mid: 0.4, high: 0.4 })
    expect(orders.promotions[0]?.multiplier).toEqual({ low: 8, mid: 8, high: 8 })
    expect(mistakesIn(known.replace('yearlyGrowth: 0.4', 'yearlyGrowth: -2'))).toEqual([
      expect.stringMatching(/orders\.yearlyGrowth must be > -1, not -2$/),
    ])
  })

  it('fills in the lead time where an older plan has none', () => {
    expect(parsePlan(TEXT.replace(/^leadTimeMonths.*$/m, ''), 'plan.yaml').leadTimeMonths).toBe(6)
    const shorter = TEXT.replace(/^(recoverySeconds|driftShare).*$/gm, '')
    expect(parsePlan(shorter, 'plan.yaml')).toMatchObject({ recoverySeconds: 30, driftShare: 0.25 })
  })

  it('adds no bytes to rows and prefers recent orders as ever where an older plan says nothing of it', () => {
    const older = parsePlan(TEXT.replace(/^ *(extraBytesPerRow|recencyExponent).*$/gm, ''), 'plan.yaml')
    expect(older).toEqual(parsePlan(TEXT, 'plan.yaml'))
    expect([older.orders.extraBytesPerRow, older.recencyExponent]).toEqual([0, 3])
  })

  it('lists sums and intervals also where the shape is wrong elsewhere', () => {
    const broken = TEXT.replace('shards: 64', 'shards: many')
      .replace('[0.72, 0.13, 0.15]', '[0.72, 0.13, 0.25]')
      .replace('low: 5, mid: 8, high: 14', 'low: 9, mid: 8, high: 14')
      .replace('from: 06-16', 'from: 06-31')
      .replace('days: 1,', 'days: one,')
      .replace('start: 2026-01-01', 'start: 2090-01-01')
      .replace('shareOfUsers: 0.75', 'shareOfUsers: 0.85')
    expect(mistakesIn(broken).map((line) => line.replace(/^line \d+: (\S+) .*$/, '$1'))).toEqual([
      'shards',
      'start',
      'orders.promotions.0.days',
      'orders.promotions.0.multiplier',
      'orders.promotions.1.from',
      'users.activity',
      'channelWeights',
    ])
  })

  it.each<[string, readonly (readonly [right: string, wrong: string])[], readonly RegExp[]]>([
    [
      'a name that is a number: the sum beside it',
      [['name: east, weight: 0.33', 'name: 86, weight: 0.43']],
      [/regions\.0\.name must be a text, not 86$/, /regions weights must sum to 1, not 1\.1$/],
    ],
    [
      'an unknown bound: the order of the known ones',
      [['low: 1.35e6, mid: 1.5e6, high: 1.65e6', 'low: 9, mid: 5, high: 7, hihg: 1']],
      [/perDayAtStart\.hihg is unknown$/, /perDayAtStart must have low ≤ mid ≤ high, not 9, 5, 7$/],
    ],
    [
      'a bound that is no number: the order of the others',
      [['low: 1.35e6, mid: 1.5e6, high: 1.65e6', 'low: few, mid: 7, high: 5']],
      [/perDayAtStart\.low must be a number, not "few"$/, /perDayAtStart must have mid ≤ high, not 7, 5$/],
    ],
    [
      'a number out of its range: the sum it is part of',
      [['[0.94, 0.93, 0.95, 0.97, 1.03, 1.11, 1.07]', '[0, 1, 1, 1, 1, 1, 1]']],
      [/weekdayShape\.0 must be > 0, not 0$/, /weekdayShape must have mean 1: .* not 6$/],
    ],
    [
      'an unknown field of a class of users: both sums, and the order of the classes',
      [['shareOfUsers: 0.05, shareOfOrders: 0.35', 'shareOfUsers: 0.06, shareOfOrders: 0.01, who: few']],
      [
        /activity\.0\.who is unknown$/,
        /activity shareOfUsers must sum to 1, not 1\.01$/,
        /activity shareOfOrders must sum to 1, not 0\.66$/,
        /activity\.1 is more active than the class before it/,
      ],
    ],
    [
      'an unknown flow: what becomes of an order',
      [['pay: 0.94, cancel: 0.06 }', 'browse: 3, pay: 0.95, cancel: 0.1 }']],
      [/requestsPerOrder\.browse is unknown$/, /pay and cancel must be 1 together at most, not 1\.05/],
    ],
    [
      'a share out of its range: what there is nobody for',
      [['count: 640, shareOfOrders: 0.02', 'count: 0, shareOfOrders: 1.2']],
      [/whales\.shareOfOrders must be <= 1, not 1\.2$/, /users\.whales no whales cannot place a share/],
    ],
    [
      'a horizon of no years: a start beyond the ids',
      [
        ['horizonYears: 3', 'horizonYears: 0'],
        ['start: 2026-01-01', 'start: 2090-01-01'],
      ],
      [/horizonYears must be >= 1, not 0$/, /start must lie between, not on 2090-01-01: .* end on 2089-09-06$/],
    ],
    [
      'a field that no rows are counted by: what ids cannot hold',
      [
        ['rowsPerTableLimit: 50e6', 'rowsPerTableLimit: 3999e6'],
        ['name: "11.11"', 'name: 11.11'],
        ['headroom: 0.3', 'headrom: 0.3'],
      ],
      [
        /headroom is missing$/,
        /headrom is unknown/,
        /promotions\.0\.name must be a text/,
        /users\.count means 83307758 users in one shard/,
      ],
    ],
  ])('is not kept from the rest by %s', (_, edits, messages) => {
    const text = edits.reduce((changed, [right, wrong]) => {
      expect(changed).toContain(right)
      return changed.replace(right, wrong)
    }, TEXT)
    const lines = mistakesIn(text)
    for (const message of messages) expect(lines).toContainEqual(expect.stringMatching(message))
    expect(lines).toHaveLength(messages.length)
  })

  it('blames a class of users without orders for itself, and not the classes after it', () => {
    const text = TEXT.replace('shareOfUsers: 0.20, shareOfOrders: 0.40', 'shareOfUsers: 0.20, shareOfOrders: 0')
    expect(mistakesIn(text.replace('shareOfOrders: 0.35', 'shareOfOrders: 0.75'))).toEqual([
      expect.stringMatching(/users\.activity\.1 shares must be above 0/),
    ])
  })

  it('counts no rows by a field that is wrong itself', () => {
    const text = TEXT.replace('rowsPerTableLimit: 50e6', 'rowsPerTableLimit: 3999e6')
    expect(mistakesIn(text.replace('count: 60e6', 'count: -1'))).toEqual([
      expect.stringMatching(/users\.count must be >= 1, not -1$/),
    ])
  })

  it('answers for another number of tables, and makes none of it', () => {
    const text = TEXT.replace('shards: 64', 'shards: 128')
    expect(parsePlan(text, 'plan.yaml', 'projection').shards).toBe(128)
    expect(mistakesIn(text).join()).toMatch(/shards is 128, but ids and tables are built for 64/)
    const broken = text.replace('headroom: 0.3', 'headrom: 0.3').replace('start: 2026-01-01', 'start: 2090-01-01')
    expect(mistakesIn(broken).map((line) => line.replace(/^line \d+: (\S+) .*$/, '$1'))).toEqual([
      'headroom',
      'shards',
      'start',
      'headrom',
    ])
  })

  it('refuses more orders in an hour of a table than ids have milliseconds', () => {
    const rush = TEXT.replace('mid: 8, high: 14', 'mid: 8e6, high: 8e6').replace(
      'rowsPerTableLimit: 50e6',
      'rowsPerTableLimit: 500e6',
    )
    expect(mistakesIn(rush).join()).toMatch(/orders into one table within its busiest hour/)
  })

  it('refuses a file that is not there, with the way out', async () => {
    await expect(loadPlan('no-such-plan.yaml')).rejects.toMatchObject({ name: 'Refusal', exitCode: 2 })
  })
})
