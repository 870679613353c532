// Runs one command: `node bootstrap.mjs <command> [words]`. Every npm script is this, so that it works on a fresh clone.
// No dependencies, and plain JavaScript that Node 20 runs: it brings node_modules and a Node that runs TypeScript.
// Everything it says goes to stderr: stdout belongs to the command.

import { spawn } from 'node:child_process'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const ROOT = dirname(fileURLToPath(import.meta.url))
const CACHE = join(ROOT, '.headroom/cache')
const INSTALLED = join(ROOT, 'node_modules/.package-lock.json') // npm writes it last
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

const readJson = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
const say = (line) => process.stderr.write(`${line}\n`)

await main(process.argv[2], process.argv.slice(3))

async function main(command, words) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    refuse(`Node ${process.versions.node} is too old: 20.19 or newer is needed`, 'Install Node 24: https://nodejs.org')
  }
  const commands = commandNames()
  if (!commands.includes(command)) {
    refuse(command ? `there is no command ${command}` : 'which command?', `The commands are ${commands.join(', ')}.`)
  }
  if (!isInstalled()) await withLock(install)
  // From 22.18 on Node runs TypeScript by itself; between 22 and 24 there was no version with long-term support.
  if ((major === 22 && minor >= 18) || major >= 24) await runHere(command, words)
  else await runWith(await fetchedNode(), command, words)
}

/** package.json says which commands there are. */
function commandNames() {
  return Object.values(readJson('package.json').scripts).map((script) => script.replace('node bootstrap.mjs ', ''))
}

/** In this process: a second start of Node would cost as much as the whole capacity model. */
async function runHere(command, words) {
  const program = join(ROOT, `cli/${command}.ts`)
  // Children find the same Node first.
  process.env.PATH = [dirname(process.execPath), process.env.PATH].filter(Boolean).join(delimiter)
  process.argv = [process.execPath, program, ...words]
  module.enableCompileCache?.(join(CACHE, 'compiled'))
  await import(pathToFileURL(program).href)
}

async function runWith(node, command, words) {
  const { code, signal } = await runChild(
    node,
    [join(ROOT, 'bootstrap.mjs'), command, ...words],
    'inherit',
    process.env,
  )
  process.exit(signal ? 128 + constants.signals[signal] : code)
}

function isInstalled() {
  if (!existsSync(INSTALLED)) return false
  const lockChangedAt = statSync(join(ROOT, 'package-lock.json')).mtime
  if (statSync(INSTALLED).mtime >= lockChangedAt) return true
  // A newer file is not always another content: git touches files, and npm itself writes the lock last.
  const wanted = Object.entries(readJson('package-lock.json').packages)
  const installed = readJson('node_modules/.package-lock.json').packages
  const isSame = wanted.every(
    ([path, { version, optional }]) => path === '' || (installed[path]?.version ?? (optional && version)) === version,
  )
  if (isSame) utimesSync(INSTALLED, lockChangedAt, lockChangedAt)
  return isSame
}

async function install() {
  if (isInstalled()) return // by whoever held the lock before
  say('headroom: installing its packages into node_modules (npm ci, no install scripts), once')
  await npm(['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund'])
}

/** The path of the pinned Node, fetched once as npm's package of the bare program (published for Linux). */
async function fetchedNode() {
  const { node: version } = readJson('engines/versions.json')
  if (process.platform !== 'linux') {
    refuse(`Node ${process.versions.node} is too old: 22.18 or newer is needed`, 'Install Node 24: https://nodejs.org')
  }
  const name = `node-linux-${process.arch}`
  const folder = join(CACHE, `${name}-${version}`)
  const path = join(folder, 'node_modules', name, 'bin/node')
  if (!existsSync(path)) {
    await withLock(async () => {
      if (existsSync(path)) return
      say(`headroom: this is Node ${process.versions.node}; fetching Node ${version} into .headroom/cache, once`)
      const draft = `${folder}.new`
      rmSync(draft, { recursive: true, force: true })
      mkdirSync(draft, { recursive: true })
      await npm(['install', '--prefix', draft, '--no-save', '--ignore-scripts', '--no-audit', `${name}@${version}`])
      renameSync(draft, folder)
    })
  }
  return path
}

async function npm(words) {
  const env = { ...process.env }
  // What the user said to our command (`npm run seed --dry-run`) is not meant for npm's own work.
  for (const flag of ['dry_run', 'json', 'yes', 'force', 'global', 'silent']) delete env[`npm_config_${flag}`]
  const cli = process.env.npm_execpath?.endsWith('.js') ? process.env.npm_execpath : undefined
  const [program, first] = cli ? [process.execPath, [cli]] : ['npm', []]
  const all = [...first, ...words, '--loglevel=error']
  const { code, interrupted } = await runChild(program, all, ['ignore', 2, 2], env)
  if (interrupted) process.exit(130)
  if (code !== 0)
    refuse(`npm ${words[0]} failed (exit code ${code})`, 'What npm said stands above. Is its registry within reach?', 1)
}

function runChild(program, words, stdio, env) {
  return new Promise((resolve) => {
    const child = spawn(program, words, { cwd: stdio === 'inherit' ? process.cwd() : ROOT, stdio, env })
    let interrupted = false
    for (const name of SIGNALS) {
      process.on(name, () => {
        interrupted = true
        child.kill(name)
      })
    }
    child.on('error', (error) => refuse(`${program} cannot be run: ${error.message}`, 'Install Node with npm.', 1))
    child.on('exit', (code, signal) => {
      for (const name of SIGNALS) process.removeAllListeners(name)
      resolve({ code, signal, interrupted })
    })
  })
}

/** Two commands of one checkout do not install at once; the lock of a dead process is taken over. */
async function withLock(work) {
  const path = join(ROOT, '.headroom/bootstrap.lock')
  mkdirSync(CACHE, { recursive: true })
  for (let told = false; !takeLock(path); told = true) {
    if (!told) say('headroom: waiting for another command of this checkout to finish installing')
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
  } catch {
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

function refuse(what, wayOut, exitCode = 2) {
  say(`headroom: ${what}\n  ${wayOut}`)
  process.exit(exitCode)
}
