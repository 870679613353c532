// A program as a machine gets it that has Docker and nothing else: copied into a cache of the test's own.

import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import type { EngineProgram } from '../contracts/engines.ts'
import { copyProgram } from './image-program.ts'
import type { ProgramEngine, StartContext } from './start-context.ts'

export class ImageCache {
  readonly #folder: string

  constructor() {
    this.#folder = mkdtempSync('/var/tmp/headroom-images-')
    // The engines' own account may enter.
    chmodSync(this.#folder, 0o755)
  }

  async copied(engine: ProgramEngine): Promise<EngineProgram> {
    const folder = this.#folder
    const place = { id: `images-${process.pid}`, state: folder, home: folder, cache: folder, account: undefined }
    const context = { place, env: process.env, signal: new AbortController().signal, say: () => {} }
    const path = await copyProgram(context as unknown as StartContext, engine.inImage)
    return { path, origin: 'docker', version: (await engine.versionOf(path)) ?? 'none' }
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }
}
