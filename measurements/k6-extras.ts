// What a user has k6 do beside our journal: its outputs, tags and web dashboard. Only while a load is measured, never in a
// warm-up.

import { basename, dirname, join } from 'node:path'

export interface K6Extras {
  /** As `--out` takes them; files by their absolute path. */
  readonly outputs: readonly string[]
  /** `key=value` */
  readonly tags: readonly string[]
  readonly dashboard: { readonly host: string; readonly port: number } | null
  /** What the outputs are told by K6_… variables. */
  readonly environment: Readonly<Record<string, string>>
}

/** Outputs that write a file. */
export const FILE_OUTPUTS: readonly string[] = ['json', 'csv']

/** `label`: of the process. Each writes a file of its own, or the next would overwrite it: `out.json` → `out.list-03.json`. */
export function extraWords({ outputs, tags, dashboard }: K6Extras, label: string): readonly string[] {
  const all = dashboard === null ? outputs : [...outputs, `web-dashboard=host=${dashboard.host}&port=${dashboard.port}`]
  return [...all.flatMap((output) => ['--out', outputOf(output, label)]), ...tags.flatMap((tag) => ['--tag', tag])]
}

function outputOf(output: string, label: string): string {
  const [kind = '', ...rest] = output.split('=')
  if (!FILE_OUTPUTS.includes(kind)) return output
  const path = rest.join('=')
  const [stem, ...endings] = basename(path).split('.')
  return `${kind}=${join(dirname(path), [stem, label, ...endings].join('.'))}`
}
