// Tables that both databases have while a migration runs: who may write, and what the other store has still to be told.

/** One row per shard that the server holds (all of them in the monolith's database): the epoch it is open for, or NULL. */
export const FENCE_TABLE = 'write_fence'
export const CREATE_FENCE_SQL = `CREATE TABLE IF NOT EXISTS ${FENCE_TABLE} (
  shard TINYINT NOT NULL,
  open_epoch BIGINT NULL,
  PRIMARY KEY (shard)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

/** Orders that the other store has still to absorb: marked in the transaction that changed them. */
export const GAPS_TABLE = 'order_gaps'
export const CREATE_GAPS_SQL = `CREATE TABLE IF NOT EXISTS ${GAPS_TABLE} (
  order_id BIGINT NOT NULL,
  version INT NOT NULL,
  since_ms BIGINT NOT NULL,
  parked_reason VARCHAR(200) NULL,
  PRIMARY KEY (order_id),
  KEY gap_age (since_ms)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

/** Changes of orders that who still reads the old format has to be told of: written in the transaction that made them. */
export const MESSAGES_TABLE = 'order_messages'
export const CREATE_MESSAGES_SQL = `CREATE TABLE IF NOT EXISTS ${MESSAGES_TABLE} (
  message_id BIGINT NOT NULL AUTO_INCREMENT,
  order_id BIGINT NOT NULL,
  version INT NOT NULL,
  document JSON NOT NULL,
  at_ms BIGINT NOT NULL,
  parked_reason VARCHAR(200) NULL,
  PRIMARY KEY (message_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

/** Positions, the epoch, and who is changing them at the moment: one row, the same in both databases. */
export const SWITCHES_TABLE = 'migration_switches'
/** Processes that serve, and the epoch that each believes in. */
export const PROCESSES_TABLE = 'migration_processes'
/** Full comparisons of the stores. */
export const COMPARISONS_TABLE = 'migration_comparisons'
/** How far a long job has come, so that it goes on after a kill. */
export const PROGRESS_TABLE = 'migration_progress'
/** Who changed what, when and why. */
export const AUDIT_TABLE = 'migration_audit'
