// Where the stores are. Plain data: it travels to worker threads.

export interface MysqlAddress {
  /** `mysql://user:password@host:port/schema`. */
  readonly url: string
  /** Unix socket on this machine: saves the TCP hop. */
  readonly socketPath?: string
}

export interface StoreAddresses {
  readonly mysql: MysqlAddress
  /** null: seed MySQL only. */
  readonly elasticsearchUrl: string | null
}
