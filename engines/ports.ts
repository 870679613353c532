// Ports on 127.0.0.1, outside the range the kernel hands to outgoing connections (a load test uses all of that).

import { createServer } from 'node:net'
import getPort from 'get-port'
import { Refusal } from '../contracts/refusal.ts'
import type { Place } from './place.ts'

const FIRST_PORT = 20_000
const PORT_COUNT = 10_000
const CANDIDATES = 200

/**
 * The port given in an environment variable, or a free one. Each state folder starts looking somewhere else, so two
 * checkouts started at the same moment do not pick the same; getPort never gives one process the same port twice.
 */
export async function choosePort(place: Place, variable: string, env: NodeJS.ProcessEnv): Promise<number> {
  const given = env[variable]
  if (given === undefined || given === '') return await freePort(place)
  const port = Number(given)
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new Refusal({
      what: `${variable}=${given} is not a port`,
      why: ['a port is a whole number from 1 to 65535'],
      wayOut: `Set another, or unset ${variable}: then a free port is picked.`,
    })
  }
  if (!(await isFree(port))) {
    throw new Refusal({
      what: `port ${port} is in use`,
      why: [`${variable} asks for it, and something else listens on 127.0.0.1:${port}`],
      wayOut: `Stop that, choose another port, or unset ${variable}: then a free port is picked.`,
    })
  }
  return port
}

/** Not by getPort: it withholds a port for half a minute after giving it, also from a server that comes back to its own. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.on('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1' }, () => server.close(() => resolve(true)))
  })
}

export async function freePort({ id }: Pick<Place, 'id'>): Promise<number> {
  const offset = Number.parseInt(id, 16) % PORT_COUNT
  const candidates = Array.from({ length: CANDIDATES }, (_, index) => FIRST_PORT + ((offset + index) % PORT_COUNT))
  return await getPort({ port: candidates, host: '127.0.0.1' })
}
