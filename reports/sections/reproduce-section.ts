// How to get these numbers again: command, seed, commit, versions, machine, conditions, and the evidence itself.

import type { Dataset } from '../../contracts/dataset.ts'
import { HARNESS, type Measurements } from '../../contracts/measurement.ts'
import type { MigrationDuring, MigrationPosition } from '../../contracts/migration-position.ts'
import type { ResolvedPlan } from '../../contracts/plan.ts'
import { RUN_FILES } from '../../contracts/run-folder.ts'
import { newestRows, requestShare } from '../../contracts/seeded-choice.ts'
import type { Evidence } from '../capacity.ts'
import { html, type Markup } from '../html.ts'
import { bytes, percent, plural } from '../quantity.ts'

export function reproduceSection({ resolved, dataset, measurements, ladder = null }: Evidence): Markup {
  const { conditions } = measurements
  const { host } = conditions
  const facts: readonly (readonly [string, string])[] = [
    ['Run', measurements.runId],
    ['Measured', `${measurements.startedAt} to ${measurements.finishedAt}`],
    ['Commit', conditions.gitCommit ?? 'not recorded'],
    ['Plan', `${resolved.plan.name}, hash ${resolved.planHash}`],
    ['Data', dataText(dataset)],
    ['Profile', measurements.profile],
    ['Target', `${conditions.target} (${conditions.topology})`],
    ...(conditions.migration ? [['Migration', migrationText(conditions.migration)] as const] : []),
    [
      'Host',
      `${host.cpuModel}, ${plural(host.cores, 'core')}, ${bytes(host.memoryBytes)} memory, ${host.os}, kernel ${host.kernel}`,
    ],
    [
      'Shared machine',
      conditions.sharedMachine
        ? `yes: generator, services and engines on the same ${plural(host.cores, 'core')}; ${conditions.generatorPlace}`
        : `no; ${conditions.generatorPlace}`,
    ],
    ['Arrivals', arrivalsText(measurements)],
    ['Orders asked for', recencyText(resolved)],
    ['Harness', harnessText(measurements)],
    [
      'MySQL',
      `buffer pool ${conditions.bufferPoolBytes === null ? 'unknown' : bytes(conditions.bufferPoolBytes)}, innodb_flush_log_at_trx_commit ${conditions.flushLogAtTrxCommit ?? 'unknown'}`,
    ],
    [
      'Versions',
      Object.entries(conditions.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(' · '),
    ],
  ]
  return html`
<section id="reproduce" aria-labelledby="reproduce-title">
  <h2 id="reproduce-title">How to reproduce it</h2>
  <p class="lead">The same commit, plan and seed give the same rows. The rates depend on the machine.</p>
  <div class="card">
    <pre><code>${measurements.command}</code></pre>
    <dl class="facts">${facts.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>`)}</dl>
    ${download(RUN_FILES.measurements, measurements)}${download(RUN_FILES.plan, resolved)}
    ${dataset && download(RUN_FILES.dataset, dataset)}${ladder && download(RUN_FILES.ladder, ladder)}
  </div>
</section>`
}

/** Runs that are laid side by side differ in this. */
function migrationText({ start, end }: MigrationDuring): string {
  const before = positionText(start)
  if (end === undefined) return `${before} at the start; not asked at the end`
  const after = positionText(end)
  return before === after ? `${before}, from start to end` : `${before} at the start, ${after} at the end`
}

function positionText(position: MigrationPosition | null): string {
  if (position === null) return 'none'
  const { phase, mirror, monolith, comparePerMille, epoch } = position
  return `${phase} (epoch ${epoch}), mirror ${mirror}, monolith on ${monolith}, ${comparePerMille} of 1000 reads compared`
}

/** Evenly spaced requests never meet: a figure that was measured so must say it. */
function arrivalsText({ steps }: Measurements): string {
  const used = new Set(
    steps.filter(({ kind }) => kind === 'measured' || kind === 'probe').map(({ arrivals }) => arrivals),
  )
  const names = { poisson: 'random, as Poisson’s', even: 'evenly spaced, which flatters', closed: 'closed' }
  return used.size === 0 ? 'none' : [...used].map((one) => names[one]).join(', ')
}

/** How the load chose among the rows: what a cache makes of them follows from it. */
function recencyText({ plan: { recencyExponent } }: ResolvedPlan): string {
  const half = percent(newestRows(0.5, recencyExponent))
  const newest = percent(requestShare(0.01, recencyExponent))
  return `half of the requests on the newest ${half} of a table's rows, ${newest} on the newest 1 % (recencyExponent ${recencyExponent})`
}

/** What measuring itself cost, in the windows that were held. */
function harnessText({ steps, conditions }: Measurements): string {
  const held = steps.filter(({ kind, components }) => kind === 'measured' && components.length > 0)
  const seconds = held.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / 1000, 0)
  if (seconds === 0) return 'its CPU was not read'
  const used = held
    .flatMap(({ components }) => components)
    .filter(({ name }) => HARNESS.includes(name))
    .reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
  const cores = used / seconds
  return `${HARNESS.join(' and ')} used ${percent(cores / conditions.host.cores)} of the machine's CPU; no sizing counts it`
}

function dataText(dataset: Dataset | null): string {
  if (dataset === null) return 'unknown: the target holds no dataset of ours'
  const { seed, years, scale, extraBytesPerRow = 0, fingerprint } = dataset
  const wide = extraBytesPerRow === 0 ? '' : `, orders ${plural(extraBytesPerRow, 'byte')} wider than their columns`
  return `seed ${seed}, ${plural(years, 'year')}, scale ${percent(scale)}${wide}, fingerprint ${fingerprint}`
}

/** The evidence travels with the report: it can be drawn again from these files alone. */
function download(file: string, content: unknown): Markup {
  const base64 = Buffer.from(`${JSON.stringify(content, null, 2)}\n`).toString('base64')
  return html`<a class="download" download="${file}" href="data:application/json;base64,${base64}">Download ${file}</a>`
}
