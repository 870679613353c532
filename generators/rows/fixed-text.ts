// Text that stands between values, stored four bytes at a time like the digits.

export interface FixedText {
  /** Four characters each, first one in the lowest byte. */
  readonly words: Uint32Array
  readonly length: number
}

/** For characters of one byte each. */
export function fixedText(text: string): FixedText {
  const words = Uint32Array.from({ length: Math.ceil(text.length / 4) }, (_, at) =>
    [0, 1, 2, 3].reduce((word, byte) => word | ((text.charCodeAt(4 * at + byte) || 0) << (8 * byte)), 0),
  )
  return { words, length: text.length }
}

/** Returns the position after the text. Up to three bytes more are overwritten. */
export function put(target: DataView, start: number, { words, length }: FixedText): number {
  for (let word = 0, at = start; word < words.length; word++, at += 4) target.setUint32(at, words[word] as number, true)
  return start + length
}

/** The same memory for writers of digits and text. */
export function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
