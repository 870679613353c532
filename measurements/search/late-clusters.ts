// Late answers come in clusters: a full queue is late for all who stand in it. A cluster is over with the first answer
// within half the target; one merely on time comes from a queue that has hardly begun to empty.

/** Sees answers in the order in which they were due. */
export class LateClusters {
  #isLate = false
  #begun = 0

  see(latency: number, target: number): void {
    if (latency > target) {
      if (!this.#isLate) this.#begun++
      this.#isLate = true
    } else if (latency <= target / 2) this.#isLate = false
  }

  /** Begun since it was asked last. */
  take(): number {
    const begun = this.#begun
    this.#begun = 0
    return begun
  }
}
