// npm run doctor: what is here, what is missing, and how to get it.

import { accessSync, constants, existsSync } from 'node:fs'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { findEngines } from '../engines/engines-file.ts'
import { CHECKOUT, openPlace, STATE } from '../engines/place.ts'
import { type MachineSurvey, surveyMachine } from '../engines/survey.ts'
import { sizeText } from '../generators/predict-size.ts'
import { RUNS } from './named-run.ts'
import { runCommand } from './run-command.ts'
import { nodeText } from './whose-node.ts'

// Fetched programs take about 1 GB, the redo log 2, a small data set the rest.
const LEAST_FREE_DISK_BYTES = 5e9
// One gigabyte for Elasticsearch, half of one for the database, the rest for services and k6.
const LEAST_MEMORY_BYTES = 3e9

await runCommand(
  'doctor',
  (program) =>
    program
      .description(
        'Tell what is installed, where each engine would come from, free disk and memory, and what is missing.',
      )
      .addHelpText('after', '\nExit code 0: a run is possible here. 2: something is missing.'),
  async (_args, { json, say }) => {
    const survey = await surveyMachine()
    const missing = [...missingEngines(survey), ...missingSpace(survey), ...missingPermission()]
    const running = findEngines(openPlace().state) !== undefined
    if (json) process.stdout.write(`${JSON.stringify({ node: process.version, ...survey, running, missing })}\n`)
    else process.stdout.write(`${linesOf(survey, running).join('\n')}\n`)
    for (const { what, wayOut } of missing) say(`missing: ${what}\n  ${wayOut}`)
    say(missing.length === 0 ? 'a run is possible here' : 'a run is not possible here yet')
    return missing.length === 0 ? EXIT_CODES.pass : EXIT_CODES.usage
  },
)

interface Missing {
  readonly what: string
  readonly wayOut: string
}

function missingEngines({ engines }: MachineSurvey): Missing[] {
  return engines.flatMap(({ engine, detail, wayOut }) => (wayOut ? [{ what: `${engine}: ${detail}`, wayOut }] : []))
}

function missingSpace({ freeDiskBytes, memoryBytes }: MachineSurvey): Missing[] {
  const missing: Missing[] = []
  if (freeDiskBytes < LEAST_FREE_DISK_BYTES) {
    const what = `free disk: ${sizeText(freeDiskBytes)} of the ${sizeText(LEAST_FREE_DISK_BYTES)} a small run needs`
    missing.push({ what, wayOut: 'Free some, or move the checkout to a larger disk.' })
  }
  if (memoryBytes < LEAST_MEMORY_BYTES) {
    const what = `memory: ${sizeText(memoryBytes)} of the ${sizeText(LEAST_MEMORY_BYTES)} a small run needs`
    missing.push({ what, wayOut: 'Use a larger machine, or give addresses of engines elsewhere (docs/engines.md).' })
  }
  return missing
}

function missingPermission(): Missing[] {
  const folders = [CHECKOUT, STATE, RUNS].filter((folder) => existsSync(folder))
  return folders.flatMap((folder) => {
    try {
      accessSync(folder, constants.W_OK)
      return []
    } catch {
      const wayOut = 'Use a checkout that is yours, on a disk that can be written to.'
      return [{ what: `permission to write into ${folder}`, wayOut }]
    }
  })
}

function linesOf({ engines, dockerVersion, freeDiskBytes, memoryBytes }: MachineSurvey, running: boolean): string[] {
  return [
    `node           ${nodeText(process.version, process.env.npm_config_user_agent)}`,
    `docker         ${dockerVersion ? `${dockerVersion} answers` : 'no daemon answers (not needed)'}`,
    ...engines.map(
      ({ engine, origin, detail }) =>
        `${engine.padEnd(14)} ${origin ? `${origin}: ${detail.replace(`${CHECKOUT}/`, '')}` : 'missing'}`,
    ),
    `memory         ${sizeText(memoryBytes)}`,
    `free disk      ${sizeText(freeDiskBytes)}`,
    `engines        ${running ? 'running (.headroom/engines.json)' : 'not running'}`,
  ]
}
