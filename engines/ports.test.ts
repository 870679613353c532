import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { choosePort, freePort } from './ports.ts'

const place = { id: '0000001388', state: '', home: '', cache: '', account: undefined }

describe('choosePort', () => {
  it('refuses a port in use, by its number', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as { port: number }
    await expect(choosePort(place, 'A_PORT', { A_PORT: String(port) })).rejects.toThrow(`port ${port} is in use`)
    server.close()
  })

  it.each(['0', '65536', '80.5', 'http', '-1'])('refuses %s', async (given) => {
    await expect(choosePort(place, 'A_PORT', { A_PORT: given })).rejects.toThrow(`A_PORT=${given} is not a port`)
  })

  it('gives a port that was just given to the server that comes back to it', async () => {
    const port = String(await freePort(place))
    expect(await choosePort(place, 'A_PORT', { A_PORT: port })).toBe(Number(port))
    expect(await choosePort(place, 'A_PORT', { A_PORT: port })).toBe(Number(port))
  })

  it('picks below the kernel’s own range, never one twice', async () => {
    const ports = [await freePort(place), await freePort(place), await choosePort(place, 'A_PORT', {})]
    expect(new Set(ports).size).toBe(3)
    for (const port of ports) expect(port).toBeGreaterThanOrEqual(20_000)
    for (const port of ports) expect(port).toBeLessThan(30_000)
  })
})
