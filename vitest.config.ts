import { defineConfig } from 'vitest/config'

// What holds a load and judges it: alone on the machine, whatever else could run side by side.
const MEASURES = [
  'measurements/**/*.integration.test.ts',
  'test/legacy-load.integration.test.ts',
  'test/main-job.integration.test.ts',
  'test/moving-load.integration.test.ts',
  'test/own-system.integration.test.ts',
  'test/sealed-load.integration.test.ts',
]
// Where both lanes run, each leaves out what the other is enough for: what is the same whatever the engines are. The stores'
// own tests try every statement in both.
// Local: a browser, npm, commands as a user runs them, kills of a process, a full disk, and which of two servers is asked.
const LOCAL_IS_ENOUGH = [
  'cli/migrate.integration.test.ts',
  'cli/moving-between-servers.integration.test.ts',
  'cli/moving-commands.integration.test.ts',
  'cli/redrive.integration.test.ts',
  'cli/switch.integration.test.ts',
  'generators/full-disk.integration.test.ts',
  'generators/legacy/**',
  'reports/page.integration.test.ts',
  'sut/admin.integration.test.ts',
  'sut/killed-processes.integration.test.ts',
  'sut/ownership.integration.test.ts',
  'sut/prepare-migration.integration.test.ts',
  'sut/repeated-events.integration.test.ts',
  'sut/rollback.integration.test.ts',
  'sut/gateway-position.integration.test.ts',
  'sut/gray-traffic.integration.test.ts',
  'sut/storage/event-group.integration.test.ts',
  'sut/signed-requests.integration.test.ts',
  'sut/switches/switch-board.integration.test.ts',
  'test/kill-seeder.integration.test.ts',
  'test/npm-versions.integration.test.ts',
  'sut/two-servers.integration.test.ts',
  'sut/user-limit.integration.test.ts',
  'sut/outage-latency.integration.test.ts',
]
// In containers: whole seedings, services and flips, which ask for what the stores' tests ask for.
const CONTAINERS_ARE_ENOUGH = [
  'generators/fill-rung.integration.test.ts',
  'generators/seed-servers.integration.test.ts',
  'generators/seed.integration.test.ts',
  'generators/verify/**',
  'sut/every-position.integration.test.ts',
  'sut/flows.integration.test.ts',
  'sut/gateway/**',
  'sut/migration.integration.test.ts',
  'sut/stalled-services.integration.test.ts',
  'sut/stopping.integration.test.ts',
  'sut/switched-orders.integration.test.ts',
  'sut/switches/flips.integration.test.ts',
  'sut/token-rotation.integration.test.ts',
]
// They start servers that run as processes again, otherwise.
const ON_PROGRAMS = ['sut/encrypted-stores.integration.test.ts']
const NO_TESTS = ['**/node_modules/**', 'runs/**', '.headroom/**']
// What is waited for comes in its own time, on a busy machine too.
const PATIENT = { poll: { timeout: 30_000 } }
// Engines are brought by the set-up; one file after another, as they share them.
const ON_ENGINES = {
  globalSetup: ['test/engines.setup.ts'],
  testTimeout: 240_000,
  hookTimeout: 300_000,
  fileParallelism: false,
  expect: PATIENT,
}
const isInContainers = process.env.HEADROOM_TEST_ENGINES === 'containers'
const isOneOfTwoLanes = process.env.HEADROOM_TEST_BOTH_LANES === '1'

export default defineConfig({
  test: {
    // Engines end in their own time.
    teardownTimeout: 90_000,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', ...NO_TESTS],
          // Ends what hangs. A busy machine takes ten times as long, and that is no failure.
          testTimeout: 120_000,
          hookTimeout: 120_000,
          expect: PATIENT,
          // Vitest leaves a core to its watcher, and of two that is half.
          maxWorkers: '100%',
        },
      },
      {
        test: {
          name: 'integration',
          include: ['**/*.integration.test.ts'],
          exclude: [
            ...NO_TESTS,
            ...MEASURES,
            ...(isOneOfTwoLanes ? (isInContainers ? LOCAL_IS_ENOUGH : CONTAINERS_ARE_ENOUGH) : []),
            ...(isInContainers ? ON_PROGRAMS : []),
          ],
          ...ON_ENGINES,
        },
      },
      {
        test: {
          name: 'load',
          include: MEASURES,
          exclude: NO_TESTS,
          ...ON_ENGINES,
        },
      },
    ],
  },
})
