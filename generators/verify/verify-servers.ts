// The proof of a data set whose shards lie on several MySQL servers: each server's own, told as one.

import { type ShardMap, serverName } from '../../contracts/shard-map.ts'
import type { SkewFigures } from './skew-check.ts'
import { type VerifyDeps, type VerifyOptions, type VerifyReport, verify } from './verify.ts'

export async function verifyServers(options: VerifyOptions, deps: VerifyDeps, map: ShardMap): Promise<VerifyReport> {
  const reports: VerifyReport[] = []
  for (const [at, server] of map.entries()) {
    const shards = options.shards.filter((shard) => server.shards.some((own) => own === shard))
    if (shards.length === 0) continue
    const stores = { ...deps.stores, mysql: server }
    const journalFile = at === 0 ? deps.journalFile : deps.journalFile.replace(/(\.\w+)$/, `-${at}$1`)
    const report = await verify({ ...options, shards }, { ...deps, stores, journalFile })
    const where = (place: string) => (map.length === 1 ? place : `${serverName(server)} ${place}`)
    reports.push({ ...report, findings: report.findings.map((found) => ({ ...found, where: where(found.where) })) })
  }
  return together(reports as [VerifyReport, ...VerifyReport[]])
}

function together(reports: readonly [VerifyReport, ...VerifyReport[]]): VerifyReport {
  const sum = (value: (report: VerifyReport) => number) => reports.reduce((total, report) => total + value(report), 0)
  return {
    ...reports[0],
    ok: reports.every(({ ok }) => ok),
    seconds: sum(({ seconds }) => seconds),
    findings: reports.flatMap(({ findings }) => findings),
    shards: reports.flatMap(({ shards }) => shards),
    seededRows: sum(({ seededRows }) => seededRows),
    liveOrders: sum(({ liveOrders }) => liveOrders),
    skew: widest(reports.flatMap(({ skew }) => skew ?? [])),
    tables: reports.flatMap(({ tables }) => tables),
    searchCompared: reports.every(({ searchCompared }) => searchCompared),
  }
}

/** Shares of the first server; rows of the emptiest and the fullest table of all. */
function widest(figures: readonly SkewFigures[]): SkewFigures | null {
  const [first] = figures
  if (!first) return null
  return {
    ...first,
    tableRowsMin: Math.min(...figures.map(({ tableRowsMin }) => tableRowsMin)),
    tableRowsMax: Math.max(...figures.map(({ tableRowsMax }) => tableRowsMax)),
  }
}
