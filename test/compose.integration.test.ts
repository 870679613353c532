// docker compose as a user runs it: up on a fresh clone, a load on its gateway, down.

import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import getPort from 'get-port'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Measurements } from '../contracts/measurement.ts'
import type { RedisServer } from '../contracts/redis-settings.ts'
import { EXIT_CODES } from '../contracts/refusal.ts'
import { RUN_FILES } from '../contracts/run-folder.ts'
import { hasCompose } from '../engines/docker.ts'
import { type CheckoutCopy, copyCheckout } from './checkout-copy.ts'

const run = promisify(execFile)
const LIMIT_MS = 600_000

const isTried = process.env.HEADROOM_TEST_ENGINES === 'containers' && (await hasCompose())

describe.runIf(isTried)('docker compose', () => {
  let copy: CheckoutCopy
  let environment: NodeJS.ProcessEnv
  let gateway: string

  const compose = (...words: string[]) =>
    run('docker', ['compose', ...words], { cwd: copy.folder, env: environment, timeout: LIMIT_MS })

  beforeAll(async () => {
    copy = copyCheckout()
    const ports = await Promise.all(Array.from({ length: 5 }, () => getPort()))
    const [gatewayPort, mysql, elasticsearch, redis, streams] = ports
    gateway = `http://127.0.0.1:${gatewayPort}`
    environment = {
      ...process.env,
      COMPOSE_PROJECT_NAME: `headroom-test-${process.pid}`,
      HEADROOM_COMPOSE_GATEWAY_PORT: String(gatewayPort),
      HEADROOM_COMPOSE_MYSQL_PORT: String(mysql),
      HEADROOM_COMPOSE_ELASTICSEARCH_PORT: String(elasticsearch),
      HEADROOM_COMPOSE_REDIS_PORT: String(redis),
      HEADROOM_COMPOSE_STREAMS_REDIS_PORT: String(streams),
    }
    await compose('up', '--detach', '--wait')
  }, LIMIT_MS)

  afterAll(async () => {
    await compose('down', '--volumes', '--rmi', 'local')
    copy.remove()
  }, LIMIT_MS)

  it('keeps its passwords to itself: none in the file, ports on 127.0.0.1 only', async () => {
    const { stdout } = await compose('config', '--format', 'json')
    const secret = readFileSync(join(copy.folder, '.headroom/compose/mysql_password'), 'utf8').trim()
    expect(secret.length).toBeGreaterThan(30)
    expect(stdout).not.toContain(secret)
    const { services } = JSON.parse(stdout) as { services: Record<string, { ports?: { host_ip?: string }[] }> }
    const hosts = Object.values(services).flatMap(({ ports = [] }) => ports.map(({ host_ip }) => host_ip))
    expect(new Set(hosts)).toEqual(new Set(['127.0.0.1']))
  })

  it('runs every program as nobody special: not root, no capability, nothing written but where it must', async () => {
    const { stdout } = await compose('ps', '--format', '{{.Name}}')
    const containers = stdout.split('\n').filter(Boolean)
    expect(containers.length).toBeGreaterThanOrEqual(11)
    for (const container of containers) {
      const inspected = await run('docker', ['inspect', '--format', '{{json .HostConfig}}', container])
      const host = JSON.parse(inspected.stdout) as Record<string, unknown>
      expect([container, host.ReadonlyRootfs, host.CapDrop, host.SecurityOpt, host.RestartPolicy]).toEqual([
        container,
        true,
        ['ALL'],
        ['no-new-privileges:true'],
        expect.objectContaining({ Name: 'unless-stopped' }),
      ])
      expect([host.PidsLimit, host.Memory].every((limit) => Number(limit) > 0)).toBe(true)
      const asks = 'grep -E "^(Uid|CapEff|NoNewPrivs):" /proc/1/status; touch /written 2>&1 || true'
      const { stdout: status } = await run('docker', ['exec', container, 'sh', '-c', asks])
      expect(status).not.toMatch(/Uid:\s+0/)
      expect(status).toMatch(/CapEff:\s+0+\n/)
      expect(status).toMatch(/NoNewPrivs:\s+1/)
      expect(status).toMatch(/read-only file system/i)
    }
  })

  it('puts into the image of the services what they run, and no more', async () => {
    const app = `${environment.COMPOSE_PROJECT_NAME}-app-1`
    const { stdout } = await run('docker', ['exec', app, 'find', '/headroom', '-type', 'f'])
    expect(stdout.trim().split('\n').sort()).toEqual(['/headroom/package.json', '/headroom/sut/main.mjs'])
  })

  it('gives each service an account that is refused what is not its own', async () => {
    const as = async (service: string, sql: string) => {
      const password = readFileSync(join(copy.folder, `.headroom/compose/mysql_${service}_password`), 'utf8').trim()
      const port = environment.HEADROOM_COMPOSE_MYSQL_PORT
      const connection = await createConnection(`mysql://headroom_${service}:${password}@127.0.0.1:${port}/headroom`)
      return connection.query(sql).finally(() => connection.end())
    }
    await expect(as('catalogue', 'SELECT COUNT(*) FROM products')).resolves.toBeDefined()
    await expect(as('order', 'SELECT COUNT(*) FROM orders_07')).resolves.toBeDefined()
    await expect(as('catalogue', 'SELECT COUNT(*) FROM orders_07')).rejects.toThrow('denied')
    await expect(as('order', 'SELECT COUNT(*) FROM products')).rejects.toThrow('denied')
    await expect(as('indexer', 'SELECT COUNT(*) FROM payments_07')).rejects.toThrow('denied')
    await expect(as('order', 'DROP TABLE orders_07')).rejects.toThrow('denied')
  })

  it('keeps apart what may be made again and what may not: neither Redis evicts, and one outlives a restart', {
    timeout: LIMIT_MS,
  }, async () => {
    const open = (server: RedisServer, port: string | undefined) => {
      const password = readFileSync(join(copy.folder, `.headroom/compose/${server}_password`), 'utf8').trim()
      return new Redis(`redis://:${password}@127.0.0.1:${port}/0`)
    }
    const cache = open('redis', environment.HEADROOM_COMPOSE_REDIS_PORT)
    const kept = open('streams', environment.HEADROOM_COMPOSE_STREAMS_REDIS_PORT)
    try {
      for (const client of [cache, kept]) {
        expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
        expect(await client.set('restart-check', 'there')).toBe('OK')
      }
      await compose('restart', 'redis', 'streams')
      await compose('up', '--detach', '--wait', 'redis', 'streams')
      const found = () => Promise.all([cache, kept].map((client) => client.get('restart-check').catch(String)))
      await expect.poll(found, { timeout: 60_000, interval: 500 }).toEqual([null, 'there'])
    } finally {
      await kept.del('restart-check')
      for (const client of [cache, kept]) client.disconnect()
    }
  })

  it('finds a front-end again that comes back at another address', { timeout: LIMIT_MS }, async () => {
    const network = `${environment.COMPOSE_PROJECT_NAME}_edge`
    const app = `${environment.COMPOSE_PROJECT_NAME}-app-1`
    const squatter = `${environment.COMPOSE_PROJECT_NAME}-squatter`
    const addressOf = async (container: string) => {
      const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`
      return (await run('docker', ['inspect', '--format', format, container])).stdout.trim()
    }
    const before = await addressOf(app)
    await run('docker', ['rm', '--force', app])
    await run('docker', ['run', '--detach', '--name', squatter, '--network', network, 'redis:7'])
    try {
      expect(await addressOf(squatter)).toBe(before)
      await compose('up', '--detach', '--no-deps', 'app')
      expect(await addressOf(app)).not.toBe(before)
      const health = () => fetch(`${gateway}/healthz`).then(({ status }) => status)
      await expect.poll(health, { timeout: 120_000, interval: 500 }).toBe(200)
    } finally {
      await run('docker', ['rm', '--force', squatter])
    }
  })

  it('takes checkouts at its gateway', { timeout: LIMIT_MS }, () => {
    // So few that a machine with other work bears them, and every process of the system beside.
    const profile = ['--profile', 'smoke', '--rate', '5', '--duration', '20s']
    const words = ['load', 'checkout', ...profile, '--target', gateway, '--run', 'runs/compose']
    const load = spawnSync(process.execPath, ['bootstrap.mjs', ...words], {
      cwd: copy.folder,
      encoding: 'utf8',
      env: environment,
    })
    // A slow machine may miss the targets, and refuse a few for it.
    expect([EXIT_CODES.pass, EXIT_CODES.fail, EXIT_CODES.invalid], load.stderr).toContain(load.status)
    const file = join(copy.folder, 'runs/compose', RUN_FILES.measurements)
    const { steps } = JSON.parse(readFileSync(file, 'utf8')) as Measurements
    const measured = steps.filter(({ kind }) => kind === 'measured')
    const checkout = measured[0]?.flows.checkout
    expect(checkout?.iterations).toBeGreaterThan(50)
    const failures = JSON.stringify(checkout?.failures)
    expect(checkout?.good, failures).toBeGreaterThan(0.9 * Number(checkout?.iterations))
  })
})
