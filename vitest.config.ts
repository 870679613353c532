import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // Engines end in their own time.
    teardownTimeout: 90_000,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.ts'],
          exclude: ['**/*.integration.test.ts', '**/node_modules/**', 'runs/**', '.headroom/**'],
        },
      },
      {
        test: {
          name: 'integration',
          globalSetup: ['test/engines.setup.ts'],
          include: ['**/*.integration.test.ts'],
          exclude: ['**/node_modules/**', 'runs/**', '.headroom/**'],
          testTimeout: 240_000,
          hookTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
