import { describe, expect, it } from 'vitest'
import { generatorPlace } from './generator-place.ts'

const MACHINE = { isLinux: true, isRoot: true, cores: 4 }

describe('generatorPlace', () => {
  it('asks for priority only where it may', () => {
    expect(generatorPlace('priority', MACHINE).words).toEqual(['nice', '-n', '-10'])
    for (const less of [{ isRoot: false }, { isLinux: false }]) {
      const place = generatorPlace('priority', { ...MACHINE, ...less })
      expect(place).toEqual(generatorPlace('none', MACHINE))
    }
  })

  it('keeps k6 to one core, or to one thread', () => {
    expect(generatorPlace('own-core', MACHINE).words).toEqual(['taskset', '-c', '3'])
    expect(generatorPlace('own-core', { ...MACHINE, cores: 1 }).words).toEqual([])
    expect(generatorPlace('one-thread', MACHINE).environment).toEqual({ GOMAXPROCS: '1' })
  })
})
