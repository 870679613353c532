// What `npm run check` holds against the tree: files, exports and dependencies that nothing uses.

import type { KnipConfig } from 'knip'
import commands from './cli/commands.json' with { type: 'json' }
import { LEGACY_FLOW } from './contracts/plan.ts'
import { LOAD_NAMES } from './measurements/load.ts'

const commandFiles = Object.keys(commands)
  .filter((name) => name !== 'help') // the bootstrap's own
  .map((name) => `cli/${name.replace(':', '-')}.ts`)

export default {
  entry: [
    ...commandFiles,
    ...[...LOAD_NAMES, LEGACY_FLOW].map((flow) => `scenarios/${flow}.ts`),
    'scenarios/own/{own-flow,k6,http,open-beside}.ts', // bundled with a script of one's own
    'docs/examples/*',
    'sut/main.ts',
    'sut/container-setup.ts', // docker-compose.yml
    'sut/bench/bare-server.ts', // forked by bench:sut
    'sut/switches/flip-child.fixture.ts', // spawned, to be killed
    'generators/workers/worker-entry.mjs',
    'reports/capacity-model/bench/{approximation,coverage,extrapolation,full-tables}.ts',
    'test/*.setup.ts',
    '**/*.test.ts',
  ],
  project: ['**/*.{ts,mjs}'],
  ignoreExportsUsedInFile: true,
  // k6 brings its modules; @types/k6 is all there is to install.
  ignoreDependencies: ['k6', '@biomejs/biome'],
  ignoreBinaries: ['mount', 'umount', 'sysbench', 'openssl'],
} satisfies KnipConfig
