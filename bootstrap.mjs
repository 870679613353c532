#!/usr/bin/env node
// Runs one command: `node bootstrap.mjs <command> [words]`. Every npm script is this, and `npx headroom` in a checkout,
// so that it works on a fresh clone. No dependencies, and plain JavaScript that Node 20 runs: it brings node_modules and
// a Node that runs TypeScript. Everything it says by itself goes to stderr: stdout belongs to the command.

import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import module from 'node:module'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { withInstallLock } from './cli/install-lock.mjs'

const ROOT = dirname(fileURLToPath(import.meta.url))
const CACHE = join(ROOT, '.headroom/cache')
const COMMANDS = JSON.parse(readFileSync(join(ROOT, 'cli/commands.json'), 'utf8'))
const INSTALLED = join(ROOT, 'node_modules/.package-lock.json') // npm writes it last
const LOCK = join(ROOT, '.headroom/bootstrap.lock')
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']
const [MAJOR, MINOR] = process.versions.node.split('.').map(Number)
// What a checkout says that may only be read, belongs to somebody else, or lies on a full disk.
const NOT_WRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT']
// In an rc file they would make an installation of ours a rehearsal, or install for the whole machine.
const NOT_AS_SET = ['--no-dry-run', '--no-global', '--location=project']

const readJson = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
const say = (line) => process.stderr.write(`${line}\n`)

guardOutput()
await main(process.argv.slice(2))

async function main([name, ...words]) {
  if (MAJOR < 20 || (MAJOR === 20 && MINOR < 19)) {
    refuse({
      what: `Node ${process.versions.node} is too old: 20.19 or newer is needed`,
      wayOut: 'Install Node 24: https://nodejs.org',
    })
  }
  if (name === undefined) return endWith(2, process.stderr, overview())
  if (['--version', '-v', '-V', 'version'].includes(name)) return endWith(0, process.stdout, `${version()}\n`)
  const wantsHelp = ['help', '--help', '-h'].includes(name)
  if (wantsHelp && (words.length === 0 || words[0].startsWith('-'))) return endWith(0, process.stdout, overview())
  const command = wantsHelp ? words[0] : name
  if (!Object.hasOwn(COMMANDS, command)) await refuseCommand(command)
  standWhereTheUserDoes(name)
  await run(command, wantsHelp ? ['--help'] : words)
}

async function run(command, words) {
  if (command === 'help') return endWith(0, process.stdout, overview())
  const node = await bringWhatIsMissing()
  if (node === undefined) await runHere(command, words)
  else await runWith(node, command, words)
}

/** Installs the packages, and returns the path of a newer Node where this one is too old to go on with. */
async function bringWhatIsMissing() {
  try {
    if (!isInstalled()) await withInstallLock(LOCK, install)
    // From 22.18 on Node runs TypeScript by itself; between 22 and 24 there was no version with long-term support.
    const runsTypes = (MAJOR === 22 && MINOR >= 18) || MAJOR >= 24
    return runsTypes ? undefined : await fetchedNode()
  } catch (error) {
    if (!NOT_WRITABLE.includes(error.code)) throw error
    refuse({
      what: 'nothing can be installed into this checkout',
      why: [error.message],
      wayOut: `It must be yours to write to, on a disk with room:\n  ${ROOT}`,
    })
  }
}

function overview() {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length))
  const lines = Object.entries(COMMANDS).map(([name, summary]) => `  ${name.padEnd(width)}  ${summary}\n`)
  return `${version()}: do 64 order tables hold three years of growth, what gives first?

Usage: npm run COMMAND -- [words]     or here: npx headroom COMMAND [words]

${lines.join('')}
One command's options: npm run help COMMAND, or npm run COMMAND -- --help
(without the -- npm shows its own help). For scripts, where npm's banner would
be in the way: npm run --silent COMMAND -- --json
`
}

function version() {
  return `headroom ${readJson('package.json').version}`
}

function endWith(exitCode, stream, text) {
  process.exitCode = exitCode
  stream.write(text)
}

/** npm goes to the checkout before it runs a script; paths are meant from where its user stands. */
function standWhereTheUserDoes(name) {
  const { npm_lifecycle_event: script, INIT_CWD: folder } = process.env
  if (script !== name || !folder) return
  try {
    process.chdir(folder)
  } catch {
    // It was removed meanwhile, or only npm may enter it: the checkout will have to do.
  }
}

/** A reader that has gone (`| head`) ends nothing and is told to nobody; a full disk is one line and exit code 1. */
function guardOutput() {
  process.stderr.on('error', () => {})
  let isLost = false
  process.stdout.on('error', ({ code, message }) => {
    if (code === 'EPIPE' || isLost) return
    isLost = true
    say(`headroom: the output cannot be written: ${message}`)
  })
  process.on('exit', () => {
    if (isLost) process.exitCode = 1
  })
}

async function refuseCommand(command) {
  const what =
    command === '' ? 'an empty word is no command' : `there is no command ${command}${await suggestion(command)}`
  refuse({ what, wayOut: 'npm run help lists the commands.' })
}

/** commander's own "Did you mean …?", where it is installed already: nothing is, for the sake of a typing mistake. */
async function suggestion(command) {
  const { Command } = await import('commander').catch(() => ({}))
  if (!Command) return ''
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} })
  for (const name of Object.keys(COMMANDS)) program.command(name)
  try {
    program.parse([command], { from: 'user' })
  } catch (error) {
    const [, hint] = error.message.split('\n')
    return hint ? ` ${hint}` : ''
  }
}

/** In this process: a second start of Node would cost as much as the whole capacity model. */
async function runHere(command, words) {
  const program = join(ROOT, `cli/${command.replace(':', '-')}.ts`)
  // Children find the same Node first.
  process.env.PATH = [dirname(process.execPath), process.env.PATH].filter(Boolean).join(delimiter)
  process.argv = [process.execPath, program, ...withoutDashes(words)]
  module.enableCompileCache?.(join(CACHE, 'compiled'))
  await import(pathToFileURL(program).href)
}

/** npm takes the `--` before a command's words away; npx and node hand it over. */
function withoutDashes(words) {
  const at = words.indexOf('--')
  return at < 0 ? words : words.toSpliced(at, 1)
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
  if (isSame) rememberSame(lockChangedAt)
  return isSame
}

function rememberSame(lockChangedAt) {
  try {
    utimesSync(INSTALLED, lockChangedAt, lockChangedAt)
  } catch {
    // Somebody else's node_modules, or a read-only one: then it is compared each time.
  }
}

async function install() {
  if (isInstalled()) return // by whoever held the lock before
  say('headroom: installing its packages into node_modules (npm ci, no install scripts), once')
  const whole = ['dev', 'optional', 'peer'].map((kind) => `--include=${kind}`)
  await npm(['ci', ...whole, '--ignore-scripts', '--no-audit', '--no-fund'])
  if (!isInstalled()) refuseEmptyInstall('npm ci', 'the packages are not in node_modules')
}

/** The path of the pinned Node, fetched once as npm's package of the bare program (published for Linux). */
async function fetchedNode() {
  const { node: version } = readJson('engines/versions.json')
  if (process.platform !== 'linux') {
    refuse({
      what: `Node ${process.versions.node} is too old: 22.18 or newer is needed`,
      wayOut: 'Install Node 24: https://nodejs.org',
    })
  }
  const name = `node-linux-${process.arch}`
  const folder = join(CACHE, `${name}-${version}`)
  const program = join('node_modules', name, 'bin/node')
  const path = join(folder, program)
  if (!existsSync(path)) {
    await withInstallLock(LOCK, async () => {
      if (existsSync(path)) return
      say(`headroom: this is Node ${process.versions.node}; fetching Node ${version} into .headroom/cache, once`)
      const draft = `${folder}.new`
      rmSync(draft, { recursive: true, force: true })
      mkdirSync(draft, { recursive: true })
      await npm(['install', '--prefix', draft, '--no-save', '--ignore-scripts', '--no-audit', `${name}@${version}`])
      if (!existsSync(join(draft, program))) refuseEmptyInstall('npm install', `${name} ${version} is not in ${draft}`)
      renameSync(draft, folder)
    })
  }
  return path
}

async function npm(words) {
  const cli = process.env.npm_execpath?.endsWith('.js') ? process.env.npm_execpath : undefined
  const [program, first] = cli ? [process.execPath, [cli]] : ['npm', []]
  const all = [...first, ...words, ...NOT_AS_SET, '--loglevel=error']
  const { code, interrupted } = await runChild(program, all, ['ignore', 2, 2], environmentOfNpm())
  if (interrupted) process.exit(130)
  if (code === 0) return
  refuse({
    what: `npm ${words[0]} failed (exit code ${code})`,
    wayOut: 'What npm said stands on stderr. Is its registry within reach?',
    exitCode: 1,
  })
}

/** What the user said to our command (`npm run seed --dry-run`) is not meant for npm's own work. */
function environmentOfNpm() {
  const ofTheCommand = /^npm_config_(dry_run|json|yes|force|global|silent)$/i
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofTheCommand.test(name)))
}

function refuseEmptyInstall(command, why) {
  refuse({
    what: `${command} ended without a complaint and installed nothing`,
    why: [why, 'a setting of npm may keep it from installing: package-lock-only=true is one'],
    wayOut: 'npm config list shows what is set; leave that out.',
  })
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
    child.on('error', ({ message }) =>
      refuse({ what: `${program} cannot be run: ${message}`, wayOut: 'Install Node with npm.', exitCode: 1 }),
    )
    child.on('exit', (code, signal) => {
      for (const name of SIGNALS) process.removeAllListeners(name)
      resolve({ code, signal, interrupted })
    })
  })
}

/** With --json also as the document that cli/json-refusal.ts makes of the refusals of commands. */
function refuse({ what, why = [], wayOut, exitCode = 2 }) {
  say([`headroom: ${what}`, ...why.map((reason) => `  - ${reason}`), `  ${wayOut}`].join('\n'))
  if (asksForJson()) process.stdout.write(`${JSON.stringify({ refusal: { what, why, wayOut, exitCode } })}\n`)
  process.exit(exitCode)
}

/** npm 11 keeps the flag for itself. Set in an rc file it looks the same, and does no harm: stdout is empty otherwise. */
function asksForJson() {
  const { npm_lifecycle_event: script, npm_config_json: kept } = process.env
  return process.argv.includes('--json') || (script === process.argv[2] && kept === 'true')
}
