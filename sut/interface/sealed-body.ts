// A body sealed with AES-256-GCM: opened whole or not at all, and never longer than any other body may be.

import { createDecipheriv } from 'node:crypto'
import { IV_BYTES, type RequestContext, sealingContext, TAG_BYTES } from '../../contracts/request-protection.ts'
import { SutError } from '../errors.ts'
import type { ClientKey } from './client-keys.ts'

const ALGORITHM = 'aes-256-gcm'

/** Throws unless it was sealed with this key for this very request. */
export function openBody(sealed: Buffer, { sealing }: Pick<ClientKey, 'sealing'>, context: RequestContext): Buffer {
  if (sealed.length < IV_BYTES + TAG_BYTES) throw cannotOpen()
  const tagAt = sealed.length - TAG_BYTES
  const decipher = createDecipheriv(ALGORITHM, sealing, sealed.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
  decipher.setAAD(Buffer.from(sealingContext(context)))
  decipher.setAuthTag(sealed.subarray(tagAt))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, tagAt)), decipher.final()])
  } catch {
    throw cannotOpen()
  }
}

function cannotOpen(): SutError {
  return new SutError('decryption-failed', 'the body was not sealed with this key for this request')
}
