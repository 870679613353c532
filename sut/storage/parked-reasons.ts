// What is parked with its reason in a column of its own row, and is not tried again by itself: how much, and another try.

/** Rows as those of parked events. */
export function countByReason(table: string): string {
  return `SELECT parked_reason AS reason, 0 AS is_waiting, COUNT(*) AS events
  FROM ${table} WHERE parked_reason IS NOT NULL GROUP BY parked_reason ORDER BY events DESC`
}

/** Another try for each; what has not changed is parked anew. */
export function clearReasons(table: string): string {
  return `UPDATE ${table} SET parked_reason = NULL WHERE parked_reason IS NOT NULL`
}
