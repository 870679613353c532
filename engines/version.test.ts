import { describe, expect, it } from 'vitest'
import { isAtLeast, versionIn } from './version.ts'

describe('versionIn', () => {
  it.each([
    ['nginx version: nginx/1.22.1', '1.22.1'],
    ['k6 v2.2.0 (go1.26.8, linux/amd64)', '2.2.0'],
    ['mariadbd  Ver 10.11.14-MariaDB-0+deb12u2 for debian-linux-gnu on x86_64', '10.11.14'],
    ['Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '7.0.15'],
    ['no number', undefined],
  ])('%s', (text, version) => expect(versionIn(text)).toBe(version))
})

describe('isAtLeast', () => {
  it.each([
    ['10.11.14-MariaDB', '10.11', true],
    ['10.6.99', '10.11', false],
    ['8.19.3', '8.19', true],
    ['8.2.0', '8.19', false],
    ['9.7.4-2', '8.4', true],
    ['8', '8.4', false],
    ['9', '8.4', true],
  ])('%s ≥ %s: %s', (version, floor, answer) => expect(isAtLeast(version, floor)).toBe(answer))
})
