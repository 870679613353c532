// How to reach a running SUT: the shape of `.headroom/sut.json` (mode 0600, it holds the token secret).

export interface SutEndpoint {
  /** The gateway, `http://127.0.0.1:port`. */
  readonly baseUrl: string
  readonly topology: 'one-process' | 'process-per-service'
  /** HS256 secret: the load generator signs its own test tokens. */
  readonly jwtSecret: string
  /** For CPU accounting: every process of the SUT and the gateway, by component name. */
  readonly processes: readonly { readonly component: string; readonly pid: number }[]
}
