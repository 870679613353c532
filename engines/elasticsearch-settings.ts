// Settings of a single Elasticsearch node that is loaded, not kept.

import type { EngineSize } from './start-context.ts'

const GIB = 1024 ** 3

/** 1 GiB from 8 GiB of memory on, half of that below and for tests. */
export function heapMib(size: EngineSize, memoryBytes: number): number {
  return size === 'load' && memoryBytes >= 7.5 * GIB ? 1024 : 512
}

export interface ElasticsearchNode {
  readonly port: number
  readonly dataFolder: string
  readonly logFolder: string
  /** Folder names below `modules/`: the core distribution refuses settings of modules it lacks. */
  readonly modules: readonly string[]
}

export function elasticsearchYaml({ port, dataFolder, logFolder, modules }: ElasticsearchNode): string {
  const has = (module: string) => modules.includes(module)
  const lines = [
    'cluster.name: headroom',
    'node.name: headroom',
    'discovery.type: single-node',
    'network.host: 127.0.0.1',
    `http.port: ${port}`,
    `path.data: ${JSON.stringify(dataFolder)}`,
    `path.logs: ${JSON.stringify(logFolder)}`,
    // On a small disk the flood-stage watermark would turn the index read-only in mid-run; free disk is checked before.
    'cluster.routing.allocation.disk.threshold_enabled: false',
    ...(has('x-pack-security')
      ? [
          'xpack.security.enabled: true',
          'xpack.security.http.ssl.enabled: false',
          'xpack.security.transport.ssl.enabled: false',
        ]
      : []),
    ...(has('ingest-geoip') ? ['ingest.geoip.downloader.enabled: false'] : []),
    ...(has('x-pack-ml') ? ['xpack.ml.enabled: false'] : []),
  ]
  return `${lines.join('\n')}\n`
}

/** The distribution's own JVM options, with its logs and dumps in a folder the engine may write. */
export function jvmOptions(distributed: string, logFolder: string): string {
  return distributed
    .split('\n')
    .filter((line) => !line.includes('-Xlog:gc'))
    .map((line) =>
      line
        .replace('HeapDumpPath=data', `HeapDumpPath=${logFolder}`)
        .replace('ErrorFile=logs/', `ErrorFile=${logFolder}/`),
    )
    .join('\n')
}
