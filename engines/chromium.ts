// The browser that the report is tested in: only the tests need it, so `npm start` never fetches it.

import { join } from 'node:path'
import { debianEnv, fetchDebian } from './fetch-debian.ts'
import { findProgram } from './find-program.ts'
import type { StartContext } from './start-context.ts'

export interface Browser {
  readonly path: string
  /** What it needs in its environment: an unpacked one finds its libraries there. */
  readonly env: NodeJS.ProcessEnv
}

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

export async function chromium(context: Pick<StartContext, 'place' | 'env' | 'say' | 'signal'>): Promise<Browser> {
  const path = context.env.HEADROOM_CHROMIUM || findProgram(NAMES, context.env.PATH)
  if (path) return { path, env: {} }
  const root = await fetchDebian(context, { title: 'Chromium', packages: ['chromium', 'fonts-dejavu-core'] })
  // `usr/bin/chromium` is a script that looks for the program at its installed place.
  return { path: join(root, 'usr/lib/chromium/chromium'), env: debianEnv(root, {}) }
}
