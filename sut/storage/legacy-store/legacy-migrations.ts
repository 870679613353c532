// The history of the monolith's database, as far as it is ours: its own tables, and what `prepare` puts beside and into them
// before phase 1. The old code ignores it: every new column has a value by itself.

import {
  CREATE_LEGACY_SQL,
  LEGACY_KEYS_TABLE,
  LEGACY_ORDERS_TABLE,
  LEGACY_OUTBOX_TABLE,
} from '../../../contracts/legacy-tables.ts'
import { CREATE_FENCE_SQL, CREATE_GAPS_SQL } from '../../../contracts/migration-tables.ts'
import { ALL_SHARDS } from '../../../contracts/shard.ts'
import { fillFenceSql } from '../fence.ts'
import { hasColumn, type Migration } from '../migrations.ts'
import { CREATE_PARKED_SQL } from '../parked-events.ts'
import { CREATE_WORKERS_SQL, fillWorkersSql, LEGACY_WORKERS } from '../worker-table.ts'

/**
 * `order_id`: of a product's row and of its payments' alike, NULL until a row has been given one. `payment_no`: 0 for the
 * product, 1 … for its payments; together they find an order's rows at once, and are one order's only. DATETIME ends at the
 * second, hence the two times.
 */
const ADD_TO_ORDERS = `ALTER TABLE ${LEGACY_ORDERS_TABLE}
  ADD COLUMN order_id BIGINT NULL,
  ADD COLUMN payment_no TINYINT NOT NULL DEFAULT 0,
  ADD COLUMN version INT NOT NULL DEFAULT 1,
  ADD COLUMN created_at_ms BIGINT NULL,
  ADD COLUMN updated_at_ms BIGINT NULL,
  ADD UNIQUE KEY order_rows (order_id, payment_no),
  ADD KEY user_orders (user_id, payment_no, order_id)`

const CREATE_KEYS_SQL = `CREATE TABLE IF NOT EXISTS ${LEGACY_KEYS_TABLE} (
  user_id BIGINT NOT NULL,
  key_hash BINARY(16) NOT NULL,
  request_hash BINARY(16) NOT NULL,
  order_id BIGINT NOT NULL,
  PRIMARY KEY (user_id, key_hash),
  KEY key_age (order_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

const CREATE_OUTBOX_SQL = `CREATE TABLE IF NOT EXISTS ${LEGACY_OUTBOX_TABLE} (
  event_id BIGINT NOT NULL AUTO_INCREMENT,
  order_id BIGINT NOT NULL,
  version INT NOT NULL,
  document JSON NOT NULL,
  created_at_ms BIGINT NOT NULL,
  epoch BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (event_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

export const LEGACY_MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    // With the fence: its writes ask it from the first day, so that they can be stopped for the day the migration begins.
    name: "the monolith's own tables, and the fence",
    oldestCode: 1,
    apply: async (run) => {
      for (const sql of CREATE_LEGACY_SQL) await run(sql)
      await run(CREATE_FENCE_SQL)
      await run(fillFenceSql(ALL_SHARDS))
    },
  },
  {
    version: 2,
    name: 'order ids, versions, keys, outbox, gaps and order id workers',
    oldestCode: 1,
    apply: async (run) => {
      if (!(await hasColumn(run, LEGACY_ORDERS_TABLE, 'order_id'))) await run(ADD_TO_ORDERS)
      await run(CREATE_KEYS_SQL)
      await run(CREATE_OUTBOX_SQL)
      await run(CREATE_PARKED_SQL)
      await run(CREATE_GAPS_SQL)
      await run(CREATE_WORKERS_SQL)
      await run(fillWorkersSql(LEGACY_WORKERS))
    },
  },
]
