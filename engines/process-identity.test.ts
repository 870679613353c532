import { spawn, spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { identify, isRunning } from './process-identity.ts'

const hasPython = process.platform === 'linux' && spawnSync('python3', ['--version']).status === 0
/** Its first thread ends at once, another one goes on. */
const HEADLESS = `import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
print('on', flush=True)
ctypes.CDLL(None).pthread_exit(None)`

describe('isRunning', () => {
  it('tells this process from one that had its pid before', () => {
    const self = identify(process.pid)
    expect(self).toBeDefined()
    if (self) expect([isRunning(self), isRunning({ ...self, startedAt: 'before' })]).toEqual([true, false])
  })

  it.runIf(hasPython)('holds for a process whose first thread has ended, until the last one has', async () => {
    const child = spawn('python3', ['-c', HEADLESS])
    const ended = new Promise((resolve) => child.on('exit', resolve))
    await new Promise((resolve) => child.stdout.once('data', resolve))
    const identity = identify(child.pid as number)
    if (!identity) throw new Error('it was not seen')
    await sleep(200)
    expect(isRunning(identity)).toBe(true)
    child.kill('SIGKILL')
    await ended
    expect(isRunning(identity)).toBe(false)
  })
})
