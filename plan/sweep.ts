// `orders.yearlyGrowth.mid=0.2..0.8`: the same plan with one value varied.

import { Refusal } from '../contracts/refusal.ts'
import { nodeAt, type PlanChange, parsePlanPath, parseValue, splitAssignment } from './plan-change.ts'

const FLAG = '--sweep'
const DEFAULT_POINTS = 7
const MAX_POINTS = 200
const SYNTAX = 'wanted is FROM..TO, FROM..TO/STEP or a list: 0.2..0.8, 0.2..0.8/0.05, 0.2,0.4,0.6'
/** Of a step that was given: few enough that 0.2 + 0.1 reads 0.3. */
const DIGITS_OF_STEPS = 10
/** Of steps that we choose: few enough to be read. */
const DIGITS_OF_POINTS = 6

/** `path=FROM..TO` (7 values), `path=FROM..TO/STEP`, or a list `path=a,b,c`. One change of the plan for each value. */
export function parseSweep(text: string): readonly PlanChange[] {
  const [pathPart, wanted] = splitAssignment(text, FLAG)
  const path = parsePlanPath(pathPart, FLAG)
  const isWhole = nodeAt(path)?.type === 'integer'
  const values = wanted.includes('..') ? range(text, wanted, isWhole) : listed(text, wanted)
  if (values.length > MAX_POINTS) throw wrong(text, `that is ${values.length} values; ${MAX_POINTS} are the most`)
  return values.map((value) => ({ path, value, typed: `${FLAG} ${pathPart}=${JSON.stringify(value)}` }))
}

function listed(text: string, wanted: string): readonly unknown[] {
  const values = parseValue(`[${wanted}]`, `${FLAG} ${text}`)
  if (!Array.isArray(values) || values.length === 0) throw wrong(text, 'there are no values')
  return values
}

function range(text: string, wanted: string, isWhole: boolean): readonly number[] {
  const [ends = '', stepText] = wanted.split('/')
  const [from = Number.NaN, to = Number.NaN, ...more] = ends.split('..').map(finiteNumber)
  if (Number.isNaN(from) || Number.isNaN(to) || more.length > 0) throw wrong(text, 'a range has two numbers, FROM..TO')
  const step = stepText === undefined ? null : Math.abs(finiteNumber(stepText))
  if (step !== null && !(step > 0)) throw wrong(text, `the step ${stepText} is no number above 0`)
  const width = Math.abs(to - from)
  const count = step === null ? DEFAULT_POINTS : Math.floor(width / step + 1e-9) + 1
  if (count > MAX_POINTS) throw wrong(text, `that is ${count} values; ${MAX_POINTS} are the most`)
  const stride = Math.sign(to - from) * (step ?? width / (DEFAULT_POINTS - 1))
  const digits = step === null ? DIGITS_OF_POINTS : DIGITS_OF_STEPS
  const values = Array.from({ length: count }, (_, at) => Number((from + at * stride).toPrecision(digits)))
  return [...new Set(isWhole && step === null ? values.map(Math.round) : values)]
}

function finiteNumber(text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(number) ? number : Number.NaN
}

function wrong(text: string, why: string): Refusal {
  return new Refusal({
    what: `${FLAG} ${text} cannot be done`,
    why: [`${why}; ${SYNTAX}`],
    wayOut: 'docs/plan.md explains every field.',
  })
}
