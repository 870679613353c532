/** Leases are on the database's clock, so that the services' clocks need not agree. */
export const NOW_MS = 'CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)'
