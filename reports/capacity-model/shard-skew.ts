// Rows per table: mean, spread, the fullest one, and P(any table > limit) = 1 − Φ((L − μ)/sd)ⁿ while sums are normal.
// `user_id mod n` over dense ids gives every table the same number of users; hashed ids do not.

import type { ShardMethod, ShardsAnswer, ShardsQuestion } from '../../contracts/capacity-model/shards.ts'
import { anyAbove, expectedNormalMaximum } from './normal-maximum.ts'
import { type ShardScene, type ShardSimulation, simulateShards } from './shard-simulation.ts'
import { skewness, splitActivity } from './user-activity.ts'

/** Above this skewness of a table's sum the normal tail is visibly too thin. */
const NORMAL_SKEWNESS = 0.1
/** Users drawn one by one in a replicate. */
const TAIL_USERS = 2000
const FEW_USERS_PER_TABLE = 30
const MOST_DRAWN_USERS = 100_000

export function shardSkew(question: ShardsQuestion): ShardsAnswer {
  const tableMean = (question.users * question.meanRowsPerUser) / question.shards
  const { method, methodReason } = methodFor(question)
  const tableSd = Math.sqrt(restVariance(question) + heavyVariance(question))
  const answer =
    method === 'normal' ? normalAnswer(question, tableMean, tableSd) : simulate(question, method, tableMean)
  const heaviest = Math.max(0, ...question.heavyKeys.map((key) => key.share))
  return {
    method,
    methodReason,
    tableMean,
    tableSd,
    ...answer,
    ...(question.heavyKeys.length > 0 ? { maxOverMeanFloor: question.shards * heaviest + (1 - heaviest) } : {}),
  }
}

function methodFor(question: ShardsQuestion): { readonly method: ShardMethod; readonly methodReason: string } {
  if (question.heavyKeys.length > 0) {
    return {
      method: 'known-keys',
      methodReason: 'the named keys fall on tables at random (simulated); the other users are normal',
    }
  }
  const usersPerTable = question.users / question.shards
  const { cvRowsPerUser: cv, hashedIds } = question
  const ofUser = hashedIds ? (1 + cv * cv) ** 1.5 : skewness({ meanRows: 1, cv })
  const ofTable = ofUser / Math.sqrt(usersPerTable)
  if (isEven(question))
    return {
      method: 'normal',
      methodReason: 'every user has the same rows and ids are dense: tables differ by one user at most',
    }
  if (usersPerTable >= FEW_USERS_PER_TABLE && ofTable <= NORMAL_SKEWNESS) {
    return {
      method: 'normal',
      methodReason: `a table's sum has skewness ${ofTable.toPrecision(2)}: close enough to normal`,
    }
  }
  const because =
    usersPerTable < FEW_USERS_PER_TABLE
      ? `only ${usersPerTable.toPrecision(3)} users per table`
      : `a table's sum has skewness ${ofTable.toPrecision(2)}`
  return {
    method: 'simulation',
    methodReason: `${because}: not normal; rows per user simulated as log-normal with the given spread`,
  }
}

function isEven({ cvRowsPerUser, hashedIds, heavyKeys }: ShardsQuestion): boolean {
  return cvRowsPerUser === 0 && !hashedIds && heavyKeys.length === 0
}

/** Users without a share of their own: what the heavy keys leave. */
function restOf({ users, meanRowsPerUser, heavyKeys }: ShardsQuestion) {
  const heavyShare = heavyKeys.reduce((sum, key) => sum + key.share, 0)
  const restUsers = Math.max(0, users - heavyKeys.length)
  const meanRows = restUsers === 0 ? 0 : (Math.max(0, 1 - heavyShare) * users * meanRowsPerUser) / restUsers
  return { restUsers, meanRows }
}

/**
 * U/n users of variance CV², plus the variance of their number: (U/n)(1 − 1/n) for hashed ids. Dense ids give a share
 * p = (U mod n)/n of the tables one user more: p(1 − p).
 */
function restVariance(question: ShardsQuestion): number {
  const { restUsers, meanRows } = restOf(question)
  const usersPerTable = restUsers / question.shards
  const withOneMore = (restUsers % question.shards) / question.shards
  const ofCount = question.hashedIds ? usersPerTable * (1 - 1 / question.shards) : withOneMore * (1 - withOneMore)
  return meanRows ** 2 * (usersPerTable * question.cvRowsPerUser ** 2 + ofCount)
}

/** A key of weight w lands on a table with probability 1/n: variance w²·(1/n)(1 − 1/n). */
function heavyVariance({ users, meanRowsPerUser, shards, heavyKeys }: ShardsQuestion): number {
  const total = users * meanRowsPerUser
  return heavyKeys.reduce((sum, key) => sum + (key.share * total) ** 2, 0) * (1 / shards) * (1 - 1 / shards)
}

type TableOdds = Pick<ShardsAnswer, 'expectedMax' | 'exceed'>

function normalAnswer(question: ShardsQuestion, tableMean: number, tableSd: number): TableOdds {
  const { shards, limits } = question
  if (isEven(question) || tableSd === 0) return evenAnswer(question)
  return {
    expectedMax: tableMean + expectedNormalMaximum(shards) * tableSd,
    exceed: limits.map((limit) => {
      const z = (limit - tableMean) / tableSd
      return { limit, anyTable: anyAbove(z, shards), oneTable: anyAbove(z, 1) }
    }),
  }
}

/** Equal users dealt out in turn: some tables have one user more than the others, and nothing is left to chance. */
function evenAnswer({ users, shards, meanRowsPerUser, limits }: ShardsQuestion): TableOdds {
  const fewer = Math.floor(users / shards) * meanRowsPerUser
  const withOneMore = users % shards
  const fullest = withOneMore > 0 ? fewer + meanRowsPerUser : fewer
  return {
    expectedMax: fullest,
    exceed: limits.map((limit) => {
      const above = (fewer > limit ? shards - withOneMore : 0) + (fullest > limit ? withOneMore : 0)
      return { limit, anyTable: Number(fullest > limit), oneTable: above / shards }
    }),
  }
}

function simulate(question: ShardsQuestion, method: ShardMethod, tableMean: number): ShardSimulation {
  const scene = method === 'known-keys' ? knownKeys(question) : logNormalUsers(question)
  return simulateShards(scene, tableMean, question.limits, question.seed)
}

function knownKeys(question: ShardsQuestion): ShardScene {
  const { users, meanRowsPerUser, shards, hashedIds, cvRowsPerUser } = question
  const { restUsers, meanRows } = restOf(question)
  const weights = question.heavyKeys.map((key) => key.share * users * meanRowsPerUser)
  return {
    shards,
    hashedIds,
    bodyUsers: restUsers,
    bodyMean: meanRows,
    bodyVariance: (meanRows * cvRowsPerUser) ** 2,
    drawHeavy: () => weights,
    heavyUsers: weights.length,
    dealt: false,
  }
}

function logNormalUsers(question: ShardsQuestion): ShardScene {
  const { users, shards, hashedIds, meanRowsPerUser: meanRows, cvRowsPerUser: cv } = question
  const drawn = users / shards < FEW_USERS_PER_TABLE ? MOST_DRAWN_USERS : TAIL_USERS
  const split = splitActivity({ meanRows, cv }, users, Math.min(users, drawn))
  return {
    shards,
    hashedIds,
    bodyUsers: split.bodyUsers,
    bodyMean: split.bodyMean,
    bodyVariance: split.bodyVariance,
    drawHeavy: (uniform) => Array.from({ length: split.tailUsers }, () => split.drawTail(uniform())),
    heavyUsers: split.tailUsers,
    dealt: !hashedIds && split.bodyUsers === 0,
  }
}
