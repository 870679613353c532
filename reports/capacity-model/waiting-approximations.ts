// Rules of thumb for waiting, for when service is not exponential or exact sums are too much.

/** Kingman (1961): Wq ≈ ρ/(1−ρ) · (ca² + cs²)/2 · S for one server with general arrivals and service. */
export function kingmanWaitSeconds(queue: {
  readonly utilisation: number
  readonly serviceSeconds: number
  readonly arrivalCvSquared: number
  readonly serviceCvSquared: number
}): number | null {
  if (queue.utilisation >= 1) return null
  const variability = (queue.arrivalCvSquared + queue.serviceCvSquared) / 2
  return (queue.utilisation / (1 - queue.utilisation)) * variability * queue.serviceSeconds
}

/** Square-root staffing: when load grows by a factor, spare servers need grow only by its root. */
export function squareRootStaffing(servers: number, utilisation: number, loadFactor: number): number {
  const load = servers * utilisation
  const spare = servers - load
  return Math.ceil(load * loadFactor + spare * Math.sqrt(loadFactor))
}
