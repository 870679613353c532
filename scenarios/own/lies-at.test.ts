import { describe, expect, it } from 'vitest'
import { liesAt } from './lies-at.ts'

const HERE = 'http://shop.example.com:8080'

describe('liesAt', () => {
  it.each([HERE, `${HERE}/`, `${HERE}/a/b?c=d`, `${HERE}?q=1`, `${HERE}#x`])('is at the target: %s', (url) => {
    expect(liesAt(HERE, url)).toBe(true)
  })

  it.each([
    'http://shop.example.com/',
    'http://shop.example.com:80801/',
    'http://shop.example.com:8080@other.example.com/',
    'http://shop.example.com:8080.other.example.com/',
    'https://shop.example.com:8080/',
    'HTTP://SHOP.example.com:8080/',
    '/relative',
    '',
  ])('is not: %s', (url) => {
    expect(liesAt(HERE, url)).toBe(false)
  })
})
