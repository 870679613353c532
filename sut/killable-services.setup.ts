// The processes of a system under test, to be killed as a power cut does and started again where the others look for them.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SCRAPE_TARGETS_FILE } from '../contracts/sut-endpoint.ts'
import type { Role } from './config.ts'
import { type ServiceProcess, startServiceProcess } from './service-process.ts'
import type { TestSystem } from './test-system.setup.ts'

interface ScrapeTarget {
  readonly targets: readonly string[]
  readonly labels: { readonly role: string }
}

export class KillableServices {
  readonly #stateDir: string
  readonly #pids = new Map<string, number>()
  readonly #ports = new Map<string, string>()
  readonly #environments = new Map<string, Readonly<Record<string, string>>>()
  readonly #started: ServiceProcess[] = []

  constructor({ sut, stateDir }: TestSystem) {
    this.#stateDir = stateDir
    for (const { component, pid } of sut.endpoint.processes) {
      if (component === 'nginx') continue
      const role = component === 'sut' ? 'all' : component.slice('sut:'.length)
      this.#pids.set(role, pid)
      this.#environments.set(role, environmentOf(pid))
    }
    const targets = JSON.parse(readFileSync(join(stateDir, SCRAPE_TARGETS_FILE), 'utf8')) as readonly ScrapeTarget[]
    for (const { targets: addresses, labels } of targets) {
      this.#ports.set(labels.role, addresses[0]?.split(':')[1] ?? '')
    }
  }

  kill(role: Role): void {
    process.kill(this.#known(this.#pids, role), 'SIGKILL')
  }

  /** Resolves once it answers requests. */
  async restart(role: Role): Promise<ServiceProcess> {
    const service = await this.#start(role, { HEADROOM_PORT: this.#known(this.#ports, role) }, 'logs-again')
    this.#pids.set(role, service.pid)
    return service
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
    const status = readFileSync(`/proc/${this.#known(this.#pids, role)}/status`, 'utf8')
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

  #known<T>(of: ReadonlyMap<string, T>, role: Role): T {
    const found = of.get(role)
    if (found === undefined) throw new Error(`this system has no process of role ${role}`)
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
