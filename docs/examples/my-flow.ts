import { check } from 'k6'
import http from 'k6/http'

export default function () {
  const answer = http.post(`${__ENV.BASE_URL}/quotes`, JSON.stringify({ item: 'tea', quantity: 2 }))
  check(answer, {
    'the price is there': ({ body }) => String(body).includes('"price":5.8'),
  })
}
