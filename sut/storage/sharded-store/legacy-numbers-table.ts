// legacy_numbers: the order behind an old number, of orders that were born in the monolith. It grows no further than the
// monolith's own table had: a later order's number follows from its id (contracts/legacy-number.ts).

import { LEGACY_NUMBERS_TABLE } from '../../../contracts/tables.ts'

export const CREATE_LEGACY_NUMBERS_SQL = `CREATE TABLE IF NOT EXISTS ${LEGACY_NUMBERS_TABLE} (
  legacy_no BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  PRIMARY KEY (legacy_no),
  UNIQUE KEY number_of (order_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`

export const INSERT_NUMBER = `INSERT INTO ${LEGACY_NUMBERS_TABLE} (legacy_no, order_id) VALUES (?, ?)`
export const DELETE_NUMBER = `DELETE FROM ${LEGACY_NUMBERS_TABLE} WHERE order_id = ?`
export const SELECT_NUMBERED = `SELECT order_id FROM ${LEGACY_NUMBERS_TABLE} WHERE legacy_no = ?`
export const SELECT_NUMBERS = `SELECT order_id, legacy_no FROM ${LEGACY_NUMBERS_TABLE} WHERE order_id IN (?)`
/** In both directions: an order has one number, and a number one order. */
export const SELECT_CLAIMED_NUMBERS = `SELECT 'number' AS kind, order_id, legacy_no FROM ${LEGACY_NUMBERS_TABLE}
  WHERE legacy_no IN (?) OR order_id IN (?)`
