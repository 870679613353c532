// A `docker` in front of any real one: answers as a daemon would that has the given images, can pull nothing, and runs
// whatever it is asked to.

import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface FakeDocker {
  /** What it was asked, one command a line. */
  asked(): readonly string[]
  remove(): void
}

/** `images: null`: no daemon answers. */
export function fakeDocker(images: readonly string[] | null): FakeDocker {
  const folder = mkdtempSync(join(tmpdir(), 'headroom-docker-'))
  const log = join(folder, 'asked')
  writeFileSync(log, '')
  const has = (images ?? []).map((image) => `"image inspect ${image}") exit 0 ;;`).join('\n')
  const script =
    images === null
      ? '#!/bin/sh\nexit 1\n'
      : `#!/bin/sh
echo "$*" >>"${log}"
case "$*" in
"version --format"*) echo 28.0.0; exit 0 ;;
"volume rm"*) rm -f "${folder}/volume"; exit 0 ;;
"volume inspect"*) test -e "${folder}/volume"; exit $? ;;
"run --detach"*) touch "${folder}/volume"; exit 0 ;;
${has}
esac
exit 1
`
  writeFileSync(join(folder, 'docker'), script)
  chmodSync(join(folder, 'docker'), 0o755)
  const before = process.env.PATH
  process.env.PATH = `${folder}:${before}`
  return {
    asked: () => readFileSync(log, 'utf8').trimEnd().split('\n'),
    remove: () => {
      process.env.PATH = before
      rmSync(folder, { recursive: true })
    },
  }
}
