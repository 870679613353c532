// A flip from its claim to its release, and what becomes of one that cannot go on or was left by whoever did it.

import { type Flip, STORE_NAMES } from '../../contracts/switches.ts'
import { ClaimLost, FlipRun, type FlipTools, type Obstacle, Stopped, type Task } from './flip-run.ts'
import { announcementOf, believedOf, type Course, courseOf, stepsOf, stepsOfCourse } from './flip-steps.ts'
import { type BothLedgers, lookAtBoth } from './look-at-both.ts'

type Seen = BothLedgers['seen']

export type FlipOutcome =
  | { readonly kind: 'flipped'; readonly epoch: number; readonly pausedMs: number }
  /** The authority takes writes as before; under a new epoch, where it had been closed. */
  | { readonly kind: 'taken-back'; readonly epoch: number; readonly pausedMs: number; readonly obstacle: Obstacle }
  /** Somebody else is at work. */
  | { readonly kind: 'busy' }

/** Upon what was seen: where that has changed since, nothing is done. */
export async function runFlip(flip: Flip, seen: Seen, tools: FlipTools): Promise<FlipOutcome> {
  const run = new FlipRun(tools)
  const announcement = announcementOf(seen, flip)
  const task = { flip, announcement, steps: stepsOf(flip), seenRevisions: revisionsIn(seen) }
  try {
    await run.do({ ...task, isAnnounced: false, mayBeTakenBack: true })
    return { kind: 'flipped', epoch: flip.epoch, pausedMs: run.pausedMs }
  } catch (error) {
    if (error instanceof ClaimLost) {
      // What is somebody else's is not touched by it.
      if (!run.hasMoved) await run.giveBack('flip')
      return { kind: 'busy' }
    }
    if (!(error instanceof Stopped)) throw error
    return await takeBack(run, error.obstacle, tools)
  }
}

/** As far as the databases say that it came, and not as far as we believe. */
async function takeBack(run: FlipRun, obstacle: Obstacle, tools: FlipTools): Promise<FlipOutcome> {
  if (!run.hasMoved) await run.giveBack('flip')
  const { seen } = await lookAtBoth(tools.ledgers)
  if (!run.hasMoved) return { kind: 'taken-back', epoch: believedOf(seen)?.epoch ?? 0, pausedMs: 0, obstacle }
  const course = courseOf(seen)
  if (course?.kind !== 'go-on' && course?.kind !== 'reopen') throw new Stopped(obstacle)
  await run.do(taskOf(course, seen))
  const { epoch } = course.flip
  const { pausedMs } = run
  return course.kind === 'go-on'
    ? { kind: 'flipped', epoch, pausedMs }
    : { kind: 'taken-back', epoch, pausedMs, obstacle }
}

/** null: nothing was left to do, or somebody else does it. */
export async function resumeFlip(tools: FlipTools): Promise<Course | null> {
  const { seen } = await lookAtBoth(tools.ledgers)
  if (!courseOf(seen) || STORE_NAMES.some((name) => seen[name]?.claimedBy)) return null
  const run = new FlipRun(tools)
  const stores = STORE_NAMES.filter((name) => seen[name])
  for (const name of stores) {
    if (await tools.ledgers[name].takeOver(run.claim)) continue
    await run.giveBack('claim-only')
    return null
  }
  // Only now does nobody else move any more.
  const { seen: held } = await lookAtBoth(tools.ledgers)
  const course = courseOf(held)
  if (!course || course.kind === 'unknown') {
    await run.giveBack('claim-only')
    return null
  }
  await run.do(taskOf(course, held))
  return course
}

function taskOf(course: Exclude<Course, { kind: 'unknown' }>, seen: Seen): Task {
  const flip = course.kind === 'catch-up' ? null : course.flip
  return {
    flip,
    announcement: course.kind === 'catch-up' ? course.state : announcementOf(seen, course.flip),
    steps: stepsOfCourse(course),
    seenRevisions: revisionsIn(seen),
    isAnnounced: course.kind === 'go-on',
    mayBeTakenBack: false,
  }
}

function revisionsIn(seen: Seen): Task['seenRevisions'] {
  return { legacy: seen.legacy?.state.revision ?? null, sharded: seen.sharded?.state.revision ?? null }
}
