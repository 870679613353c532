/** What a process that has not heard from a store for so long says of it: nothing. */
export const STALE_AFTER_MS = 2_000
/** On the database's clock, from a later moment than the process counts from: it has stopped reading by then. */
export const PROCESS_LEASE_MS = 2_500
