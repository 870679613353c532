// One command at a time installs; like the bootstrap, which needs this before anything is there: no packages, no types.

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Two commands of one checkout do not install at once; the lock of a dead process is taken over. */
export async function withInstallLock(path, work) {
  mkdirSync(dirname(path), { recursive: true })
  for (let told = false; !takeLock(path); told = true) {
    if (!told) process.stderr.write('headroom: waiting for another command of this checkout to finish installing\n')
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  const release = () => rmSync(path, { force: true })
  process.on('exit', release)
  await work()
  process.off('exit', release)
  release()
}

function takeLock(path) {
  try {
    writeFileSync(path, startOf(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    if (!isHeld(path)) takeAway(path)
    return false
  }
}

/** Removes a dead holder's lock; where somebody was quicker and holds it anew, it goes back to its place. */
function takeAway(path) {
  const aside = `${path}.stale-${process.pid}`
  try {
    renameSync(path, aside)
    if (isHeld(aside)) linkSync(aside, path)
  } catch {
    // Somebody else took it away, or has taken it since.
  }
  rmSync(aside, { force: true })
}

function isHeld(path) {
  try {
    const holder = readFileSync(path, 'utf8')
    // Empty: its holder is between making and filling it, or died there.
    if (holder === '') return Date.now() - statSync(path).mtimeMs < 2000
    return startOf(Number(holder.split(' ')[0])) === holder
  } catch {
    return true // it went away while we looked: try again
  }
}

/** A pid with the time it started, where the system tells: pids are given out again. */
function startOf(pid) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (error.code === 'ESRCH') return ''
  }
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ')
    return `${pid} ${fields[19]}`
  } catch {
    return `${pid} -`
  }
}
