// k6 has the Web Crypto of browsers; its types leave it to the DOM's, which we do not load.
interface SealingKey {
  readonly type: 'secret'
}

declare const crypto: {
  readonly subtle: {
    importKey(
      format: 'raw',
      bytes: ArrayBuffer,
      algorithm: { readonly name: 'AES-GCM' },
      extractable: boolean,
      usages: readonly 'encrypt'[],
    ): Promise<SealingKey>
    encrypt(
      algorithm: { readonly name: 'AES-GCM'; readonly iv: ArrayBuffer; readonly additionalData: ArrayBuffer },
      key: SealingKey,
      text: ArrayBuffer,
    ): Promise<ArrayBuffer>
  }
}
