// An address for MySQL and none for Elasticsearch: allowed, and seldom meant.

export function sayMysqlAlone(say: (line: string) => void, env: NodeJS.ProcessEnv = process.env): void {
  if (!env.HEADROOM_MYSQL_URL || env.HEADROOM_ELASTICSEARCH_URL) return
  say('HEADROOM_MYSQL_URL is set and HEADROOM_ELASTICSEARCH_URL is not: this is about MySQL alone.')
  say('  The order system searches in Elasticsearch, and orders seeded without it cannot be indexed afterwards.')
}
