import { createServer } from 'node:http'

createServer((request, response) => {
  let body = ''
  request.on('data', (part) => (body += part))
  request.on('end', () => {
    const { quantity } = JSON.parse(body || '{"quantity":1}')
    setTimeout(() => response.end(JSON.stringify({ price: 2.9 * quantity })), 5)
  })
}).listen(18099, '127.0.0.1')
