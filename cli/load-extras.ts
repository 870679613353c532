// `--out`, `--tag` and `--dashboard`: what k6 is to do beside our journal, and what would clash with it.

import { resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { Refusal } from '../contracts/refusal.ts'
import { FILE_OUTPUTS, type K6Extras } from '../measurements/k6-extras.ts'

export interface ExtraOptions {
  readonly out: readonly string[]
  readonly tag: readonly string[]
  /** true: where k6 has it by habit. */
  readonly dashboard?: { readonly host: string; readonly port: number } | true
  readonly generators: number
}

/** Which K6_… variables each output reads. */
const VARIABLES: Readonly<Record<string, string>> = {
  json: 'K6_JSON_',
  csv: 'K6_CSV_',
  influxdb: 'K6_INFLUXDB_',
  opentelemetry: 'K6_OTEL_',
  'experimental-opentelemetry': 'K6_OTEL_',
  'experimental-prometheus-rw': 'K6_PROMETHEUS_RW_',
}
/** Set by k6 or by our scenarios: what reads the samples needs them as they are. */
const OUR_TAGS = ['name', 'status', 'error_code', 'scenario', 'group', 'check']
const DASHBOARD = { host: '127.0.0.1', port: 5665 } as const

export function k6Extras(
  { out, tag, dashboard, generators }: ExtraOptions,
  env: Readonly<Record<string, string | undefined>>,
): K6Extras {
  const files = out.filter((output) => FILE_OUTPUTS.includes(kindOf(output)))
  const why = [
    ...files.filter((file, at) => files.indexOf(file) !== at).map((file) => `${file} stands there twice`),
    ...(dashboard !== undefined && generators > 1
      ? ['the dashboard shows one process of k6: with --generators it would show a share of the load']
      : []),
  ]
  if (why.length > 0) {
    throw new Refusal({ what: 'k6 cannot be told that', why, wayOut: 'Leave one of them away.' })
  }
  const prefixes = out.map((output) => VARIABLES[kindOf(output)] ?? '')
  const given = Object.entries(env).filter(([name]) =>
    prefixes.some((prefix) => prefix !== '' && name.startsWith(prefix)),
  )
  return {
    outputs: out,
    tags: tag,
    dashboard: dashboard === true ? DASHBOARD : (dashboard ?? null),
    environment: Object.fromEntries(given.map(([name, value]) => [name, value ?? ''])),
  }
}

/** `--out json=samples.json`, repeatable. */
export function collectOutput(text: string, before: readonly string[]): readonly string[] {
  const kind = kindOf(text)
  if (kind === 'web-dashboard') throw new InvalidArgumentError('the dashboard is --dashboard')
  if (!Object.hasOwn(VARIABLES, kind)) {
    throw new InvalidArgumentError(`k6 sends its samples to ${Object.keys(VARIABLES).join(', ')}`)
  }
  if (!FILE_OUTPUTS.includes(kind)) return [...before, text]
  const path = text.slice(kind.length + 1)
  if (path === '' || path === '-')
    throw new InvalidArgumentError(`${kind} needs a file, ${kind}=samples.${kind}: stdout and k6's log are taken`)
  return [...before, `${kind}=${resolve(path)}`]
}

/** `--tag build=17`, repeatable. */
export function collectTag(text: string, before: readonly string[]): readonly string[] {
  const [, key, value] = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.+)$/.exec(text) ?? []
  if (key === undefined || value === undefined) throw new InvalidArgumentError('a tag is name=value')
  if (OUR_TAGS.includes(key)) throw new InvalidArgumentError(`the tag ${key} is k6's own`)
  return [...before, text]
}

/** `5665`, `0.0.0.0:5665`. */
export function parseDashboard(text: string): { readonly host: string; readonly port: number } {
  const [, host = DASHBOARD.host, digits] = /^(?:([A-Za-z0-9.-]+):)?([0-9]{1,5})$/.exec(text) ?? []
  const port = Number(digits ?? Number.NaN)
  if (port >= 1 && port <= 65_535) return { host, port }
  throw new InvalidArgumentError('where the dashboard listens is a port or host:port, such as 127.0.0.1:5665')
}

function kindOf(output: string): string {
  return output.split('=')[0] ?? ''
}
