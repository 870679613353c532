// Which methods an address of the gateway takes: what a 405 has to say (RFC 9110, 15.5.6).

import { ADMIN_ROUTES } from './admin-api.ts'
import { challengePath } from './challenge.ts'
import { ROUTES } from './gateway-api.ts'

export interface AddressMethods {
  /** Source of a regular expression over the whole path. */
  readonly pattern: string
  readonly methods: readonly string[]
}

const CHALLENGE = { method: 'GET', path: challengePath(':token') } as const
const ALL_ROUTES = [...Object.values(ROUTES), ...Object.values(ADMIN_ROUTES), CHALLENGE]
const PATHS = [...new Set(ALL_ROUTES.map(({ path }) => path))]

export const ADDRESSES: readonly AddressMethods[] = PATHS.map((path) => {
  const methods = ALL_ROUTES.flatMap((route) => {
    if (route.path !== path) return []
    return route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]
  })
  return { pattern: `^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`, methods: methods.toSorted() }
})

/** Empty: there is nothing at this path. */
export function methodsAt(path: string): readonly string[] {
  return ADDRESSES.find(({ pattern }) => new RegExp(pattern).test(path))?.methods ?? []
}
