// The processes of a system under test, to be killed as a power cut does and started again where the others look for them.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { SCRAPE_TARGETS_FILE } from '../contracts/sut-endpoint.ts'
import { nginxFolder, startNginx } from '../engines/nginx.ts'
import { openPlace } from '../engines/place.ts'
import type { Role } from './config.ts'
import { type ServiceProcess, startServiceProcess } from './service-process.ts'
import type { TestSystem } from './test-system.setup.ts'

interface ScrapeTarget {
  readonly targets: readonly string[]
  readonly labels: { readonly role: string }
}

export type Component = Role | 'nginx'

export class KillableServices {
  readonly #stateDir: string
  readonly #gatewayPort: number
  readonly #pids = new Map<string, number>()
  readonly #ports = new Map<string, string>()
  readonly #environments = new Map<string, Readonly<Record<string, string>>>()
  readonly #started: { stop(): Promise<void> }[] = []

  constructor({ sut, stateDir }: TestSystem) {
    this.#stateDir = stateDir
    this.#gatewayPort = Number(new URL(sut.endpoint.baseUrl).port)
    for (const { component, pid } of sut.endpoint.processes) {
      const name = component === 'sut' ? 'all' : component.replace(/^sut:/, '')
      this.#pids.set(name, pid)
      if (name !== 'nginx') this.#environments.set(name, environmentOf(pid))
    }
    const targets = JSON.parse(readFileSync(join(stateDir, SCRAPE_TARGETS_FILE), 'utf8')) as readonly ScrapeTarget[]
    for (const { targets: addresses, labels } of targets) {
      this.#ports.set(labels.role, addresses[0]?.split(':')[1] ?? '')
    }
  }

  pidOf(component: Component): number {
    return this.#known(this.#pids, component)
  }

  /** With its children: a gateway's would go on without it. Each leads a group of its own. */
  kill(component: Component): void {
    process.kill(-this.pidOf(component), 'SIGKILL')
  }

  /** Resolves once it answers requests. */
  async restart(role: Role): Promise<ServiceProcess> {
    const service = await this.#start(role, { HEADROOM_PORT: this.#known(this.#ports, role) }, 'logs-again')
    this.#pids.set(role, service.pid)
    return service
  }

  /** As it was configured. Resolves once it takes connections. */
  async restartGateway(): Promise<void> {
    const configText = readFileSync(join(nginxFolder(openPlace(this.#stateDir)), 'nginx.conf'), 'utf8')
    const gateway = await startNginx({
      program: inject('engines').nginx,
      configText,
      port: this.#gatewayPort,
      signal: new AbortController().signal,
      keep: false,
      stateFolder: this.#stateDir,
    })
    this.#started.push(gateway)
    this.#pids.set('nginx', gateway.pid)
  }

  /** One more of them beside the first, told the same. Resolves to where it listens, once it answers requests. */
  async startBeside(role: Role): Promise<string> {
    const { port } = await this.#start(role, {}, 'logs-beside')
    return `http://127.0.0.1:${port}`
  }

  urlOf(role: Role): string {
    return `http://127.0.0.1:${this.#known(this.#ports, role)}`
  }

  /** As whoever watches is told. */
  async metricsOf(role: Role): Promise<string> {
    return await (await fetch(`${this.urlOf(role)}/metrics`)).text()
  }

  /** Of its process. Linux's. */
  residentMb(role: Role): number {
    const status = readFileSync(`/proc/${this.pidOf(role)}/status`, 'utf8')
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024
  }

  /** Those that were started here. */
  async stop(): Promise<void> {
    for (const service of this.#started) await service.stop()
  }

  async #start(role: Role, more: Readonly<Record<string, string>>, logs: string): Promise<ServiceProcess> {
    const service = await startServiceProcess({
      role,
      environment: { ...this.#known(this.#environments, role), ...more },
      logFolder: join(this.#stateDir, logs),
      signal: new AbortController().signal,
    })
    this.#started.push(service)
    return service
  }

  #known<T>(of: ReadonlyMap<string, T>, component: Component): T {
    const found = of.get(component)
    if (found === undefined) throw new Error(`this system has no process ${component}`)
    return found
  }
}

/** Linux's. */
function environmentOf(pid: number): Readonly<Record<string, string>> {
  const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean)
  const pairs = entries.map(
    (entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)] as const,
  )
  return Object.fromEntries(
    pairs.filter(([name]) => name.startsWith('HEADROOM_') || name === 'PATH' || name === 'HOME'),
  )
}
