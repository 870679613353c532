// What is explored: each scene whole.

import type { ModelOptions } from './model-state.fixture.ts'

type Scenes = Readonly<Record<string, Partial<ModelOptions>>>

/** Some seconds. */
const SMALL_SCENES: Scenes = {
  'three writers and the mirror over a flip': {
    jobs: ['place-a', 'change-a', 'place-b'],
    attempts: 1,
    hasOutages: false,
    flips: 1,
  },
  'a writer, the mirror and the import from the monolith alone into phase 1 and 2': {
    start: 'legacy',
    jobs: ['place-a'],
    attempts: 1,
    hasImport: true,
    flips: 2,
  },
  'a writer, the import, and flips into phase 1 and 2 of which one dies at any step': {
    start: 'legacy',
    jobs: ['place-a'],
    attempts: 1,
    hasOutages: false,
    hasImport: true,
    flips: 2,
    crashes: 1,
  },
  'a writer forward and back': { start: 'phase2', jobs: ['place-a'], flips: 2 },
  'a writer, and a flip that dies at any step, as may the one that brings it to its end': {
    jobs: ['place-a'],
    attempts: 1,
    flips: 1,
    crashes: 2,
  },
  'a flip that is taken for dead and goes on': {
    start: 'phase2',
    jobs: ['place-a'],
    attempts: 1,
    flips: 1,
    takeOvers: 1,
  },
  'a flip that is taken for dead and goes on beside the next one': { start: 'phase2', flips: 2, takeOvers: 1 },
}

/** Some minutes: HEADROOM_MODEL=full. */
const LARGE_SCENES: Scenes = {
  'three writers and the mirror over a flip, at length': { jobs: ['place-a', 'change-a', 'place-b'], flips: 1 },
  'three writers, the mirror, and a flip that dies at any step': {
    jobs: ['place-a', 'change-a', 'place-b'],
    attempts: 1,
    hasOutages: false,
    flips: 1,
    crashes: 1,
  },
  'two writers, the mirror and the import from the monolith alone into phase 1 and 2': {
    start: 'legacy',
    jobs: ['place-a', 'change-a'],
    hasImport: true,
    flips: 2,
  },
  'two writers forward and back': { start: 'phase2', jobs: ['place-a', 'change-a'], flips: 2 },
  'two writers and a flip back that dies at any step': {
    start: 'phase2',
    jobs: ['place-a', 'change-a'],
    flips: 1,
    crashes: 1,
  },
  'a writer, and a flip that is taken for dead and goes on beside the next one': {
    start: 'phase2',
    jobs: ['place-a'],
    flips: 2,
    takeOvers: 1,
  },
}

export const SCENES: Scenes =
  process.env.HEADROOM_MODEL === 'full' ? { ...SMALL_SCENES, ...LARGE_SCENES } : SMALL_SCENES
