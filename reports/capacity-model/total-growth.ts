// P(any of n tables > limit) when the total itself is uncertain: log-normal total, normal spread between tables.

import normalCdf from '@stdlib/stats-base-dists-normal-cdf'
import type { TotalGrowthAnswer, TotalGrowthQuestion } from '../../contracts/capacity-model/forecast.ts'
import { anyAbove, overNormalMaximum } from './normal-maximum.ts'

const STEPS = 4000
const REACH = 10

/**
 * The fullest table holds T/n·(1 + cv·M), M the largest of n normals. Whichever of T and M is the wider is integrated
 * exactly, so that the other is never a step too sharp for the grid.
 */
export function totalGrowthExceedance(question: TotalGrowthQuestion): TotalGrowthAnswer {
  const { sigma, cvTable } = question
  const anyTable = sigma >= cvTable && sigma > 0 ? overTables(question) : overTotals(question)
  return {
    anyTable: Math.min(1, Math.max(0, anyTable)),
    method: 'log-normal total (median, sigma), tables normal around total/shards, integrated numerically',
  }
}

/** E over M of P(ln T > ln(n·L / (1 + cv·M))). */
function overTables({ totalMedian, sigma, shards, cvTable, limit }: TotalGrowthQuestion): number {
  const exceeds = (maximum: number): number => {
    const room = 1 + cvTable * maximum
    return room <= 0 ? 0 : normalCdf(Math.log((totalMedian * room) / (shards * limit)) / sigma, 0, 1)
  }
  return cvTable === 0 ? exceeds(0) : overNormalMaximum(shards, exceeds)
}

/** E over ln T of P(M > (n·L/T − 1)/cv). */
function overTotals({ totalMedian, sigma, shards, cvTable, limit }: TotalGrowthQuestion): number {
  const exceeds = (z: number): number => {
    const slack = (shards * limit) / (totalMedian * Math.exp(sigma * z)) - 1
    return cvTable === 0 ? Number(slack < 0) : anyAbove(slack / cvTable, shards)
  }
  if (sigma === 0) return exceeds(0)
  const step = (2 * REACH) / STEPS
  let sum = 0
  for (let i = 0; i <= STEPS; i++) {
    const z = -REACH + i * step
    sum += exceeds(z) * Math.exp((-z * z) / 2)
  }
  return (sum * step) / Math.sqrt(2 * Math.PI)
}
