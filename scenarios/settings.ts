// What a run of k6 is told: the only file of the scenarios that reads `__ENV` and `.headroom/sut.json`.
//
//   k6 run scenarios/checkout.ts -e BASE_URL=http://127.0.0.1:8080 -e JWT_SECRET=… -e RATE=50 -e DURATION=30s

import { parseSettings, type Settings } from './parse-settings.ts'

/** The services of this checkout, when they run: saves three `-e` by hand. */
function localEndpoint(): Partial<Settings> {
  try {
    return JSON.parse(open(import.meta.resolve('../.headroom/sut.json')))
  } catch {
    return {}
  }
}

export const settings = parseSettings(__ENV, localEndpoint())
