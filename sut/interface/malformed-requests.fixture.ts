// Requests as no honest client sends them, for properties: every part may be right, wrong, missing, doubled or huge.

import fc from 'fast-check'

const METHODS = [
  'GET',
  'POST',
  'HEAD',
  'PUT',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PATCH',
  'BREW',
  'get',
  '',
  'G\tT',
]
const PIECES = [
  '/', '//', '/v1/app/orders', '/v1/admin/orders/search', '/v1/app/orders/', '912288777518256128', 'pay', '/cancel', '..',
  '%00', '%', '%2', '%zz', '%2e%2e%2f', '%C0%AF', '?', '&', '=', 'limit=1', '#', '\\', '\x00', '\x01', '\xff', ' ', '*',
  'http://x:99999/', '\t', '{', '"', "'", '<script>', 'x'.repeat(300), '1'.repeat(9_000),
] // biome-ignore format: one list
const VERSIONS = [
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/0.9',
  'HTTP/2.0',
  'HTTP/1.9',
  'HTTP/',
  'HTTP/1.1 ',
  'http/1.1',
  'FTP/1.1',
  '',
]
const HEADERS = [
  'Host: x', 'Host: ', 'Host: a b', 'Host: [::1', 'Host: x:99999999', 'Host: \x00', 'Content-Length: 5', 'Content-Length: -1',
  'Content-Length: 99999999999999999999', 'Content-Length: 0x5', 'Content-Length: 70000', 'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked', 'Transfer-Encoding: identity', 'Transfer-Encoding: \x0bchunked', 'Expect: 100-continue',
  'Expect: tea', 'Connection: close', 'Connection: upgrade', 'Upgrade: h2c', 'Content-Type: application/json',
  'Content-Type: application/json; charset=utf-16', 'Content-Type: text/plain', 'Content-Type: ;;;', 'Content-Encoding: gzip',
  'Idempotency-Key: abcdefgh-1', 'Idempotency-Key: \xff', 'Accept-Version: 9', 'Authorization: Bearer', 'Authorization: Bearer a.b.c',
  'X-Request-Id: a b', ' folded', ': nameless', 'no colon', 'Bad Name: x', 'X\x00: y', 'X: \x00', 'X: \x01', 'X: \x7f',
  `X: ${'x'.repeat(9_000)}`, `X: ${'x'.repeat(7_000)}`,
] // biome-ignore format: one list
const BODIES = [
  '', 'hello', '{"channel":', '{}', '[]', 'null', '\x00\x01\x02', '5\r\nhello\r\n0\r\n\r\n', '5\r\nhel', 'zz\r\nabc\r\n', '0\r\n\r\n',
  'ffffffffffffffffff\r\n', '5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n', '{"__proto__":{"a":1}}', 'x'.repeat(70_000),
  'GET / HTTP/1.1\r\nHost: y\r\n\r\n',
] // biome-ignore format: one list

/** As latin1 text, one character a byte. `tokenHeader` lets some of them reach the flows. */
export function requestBytes(tokenHeader: string): fc.Arbitrary<string> {
  const target = fc.array(fc.constantFrom(...PIECES), { minLength: 0, maxLength: 4 }).map((pieces) => pieces.join(''))
  const likely = (right: string, others: readonly string[]) =>
    fc.oneof({ weight: 12, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: fc.constantFrom(...others) })
  const parts = fc.record({
    method: fc.oneof({ weight: 6, arbitrary: fc.constantFrom('GET', 'POST') }, fc.constantFrom(...METHODS)),
    target: fc.oneof(
      target.map((rest) => `/${rest}`),
      target,
      fc.constant('/v1/app/orders'),
    ),
    version: likely('HTTP/1.1', VERSIONS),
    host: likely('Host: x\r\n', ['', 'Host: x\r\nHost: y\r\n']),
    token: fc.constantFrom(`${tokenHeader}\r\n`, ''),
    headers: fc.array(fc.constantFrom(...HEADERS), { maxLength: 2 }),
    lineEnd: likely('\r\n', ['\n', '\r', '\r\r\n']),
    body: likely('', BODIES),
  })
  const composed = parts.map(
    ({ method, target, version, host, token, headers, lineEnd, body }) =>
      `${method} ${target} ${version}${lineEnd}${host}${token}${headers.map((line) => line + lineEnd).join('')}${lineEnd}${body}`,
  )
  const noise = fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('latin1'))
  return fc.oneof({ weight: 20, arbitrary: composed }, { weight: 1, arbitrary: noise })
}
