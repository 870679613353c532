import { expect, it } from 'vitest'
import { interfaceTimesIn, protectionCost, protectionLines } from './protection-cost.ts'

const metrics = (count: number, sum: number) => `# HELP headroom_call_seconds Time
headroom_call_seconds_bucket{le="0.001",layer="interface",operation="signature",outcome="ok"} 7
headroom_call_seconds_sum{layer="interface",operation="signature",outcome="ok"} ${sum}
headroom_call_seconds_count{layer="interface",operation="signature",outcome="ok"} ${count}
headroom_call_seconds_count{layer="interface",operation="signature",outcome="refused"} 1000
headroom_call_seconds_count{layer="aggregation",operation="list",outcome="ok"} 9
`

it('is the mean between two looks, of what passed, and of all processes of k6', () => {
  const looks = { before: interfaceTimesIn(metrics(100, 1)), after: interfaceTimesIn(metrics(300, 1.05)) }
  const k6 = [
    { requests: 100, meanMs: 0.1 },
    { requests: 300, meanMs: 0.3 },
  ]
  const cost = protectionCost('sealed', k6, looks)
  expect(cost.signature?.requests).toBe(200)
  expect(cost.signature?.meanMs).toBeCloseTo(0.25)
  expect(cost.k6?.requests).toBe(400)
  expect(cost.k6?.meanMs).toBeCloseTo(0.25)
  expect(cost.unsealing).toBeNull()
  expect(protectionLines(cost)).toEqual([
    'Cost of sealed requests, each: in k6 0.250 ms, before it was due; in the system signature 0.250 ms, nonce unknown, unsealing unknown of each body',
  ])
})

it('is not claimed where nobody says it, or another process answers by now', () => {
  const seen = interfaceTimesIn(metrics(100, 1))
  expect(protectionCost('signed', [], { before: null, after: seen })).toEqual({
    protection: 'signed',
    k6: null,
    signature: null,
    nonce: null,
    unsealing: null,
  })
  const fresh = interfaceTimesIn(metrics(5, 0.01))
  expect(protectionCost('signed', [], { before: seen, after: fresh }).signature).toBeNull()
})
