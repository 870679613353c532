// Which numbered migrations a server's schema has seen. Written by whoever owns the schema, read by every service.

export const SCHEMA_TABLE = 'headroom_schema'
export const CREATE_SCHEMA_TABLE_SQL = `CREATE TABLE IF NOT EXISTS ${SCHEMA_TABLE} (
  version INT NOT NULL,
  name VARCHAR(100) NOT NULL,
  oldest_code INT NOT NULL,
  applied_at_ms BIGINT NOT NULL,
  PRIMARY KEY (version)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`
