// Redis as far as the cache of orders asks it, shared by whoever is given it: as several processes share one.

export class MemoryRedis {
  readonly entries = new Map<string, string>()
  takesChanges = true
  get = async (key: string) => this.entries.get(key) ?? null
  fill = (key: string, value: string) => {
    if (!this.entries.has(key)) this.entries.set(key, value)
  }
  put = async (key: string, value: string) => {
    if (this.takesChanges) this.entries.set(key, value)
    return this.takesChanges
  }
}
