// The keys that clients of the app's interface sign and seal with: one secret each, named by its hash as token keys are, and
// two keys derived from it, so that neither use tells anything about the other. Several live side by side while one replaces
// another; a key that was taken out is unknown.

import { hkdfSync } from 'node:crypto'
import { KEY_BYTES, KEY_PURPOSES } from '../../contracts/request-protection.ts'
import { keyId } from './token-keys.ts'

export interface ClientKey {
  readonly id: string
  readonly signing: Buffer
  readonly sealing: Buffer
}

export class ClientKeys {
  #keys: ReadonlyMap<string, ClientKey> = new Map()

  constructor(secrets: readonly string[]) {
    this.replace(secrets)
  }

  /** From now on these and no others. */
  replace(secrets: readonly string[]): void {
    this.#keys = new Map(secrets.map((secret) => [keyId(secret), clientKey(secret)]))
  }

  get ids(): readonly string[] {
    return [...this.#keys.keys()]
  }

  named(id: string): ClientKey | undefined {
    return this.#keys.get(id)
  }
}

export function clientKey(secret: string): ClientKey {
  const derived = (purpose: string) => Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES))
  return { id: keyId(secret), signing: derived(KEY_PURPOSES.signing), sealing: derived(KEY_PURPOSES.sealing) }
}
