// InnoDB's buffer pool, page by page: new pages enter the old part (37 %), a page asked for again a second after it came
// moves to the head of the young part, young pages are reordered only once a quarter of the young part has been evicted
// meanwhile. With an old share of 1: plain LRU. storage/innobase/buf/buf0lru.cc of MySQL says it in words.

const NONE = -1
const YOUNG_UNMOVED = 1 / 4

/** Doubly linked, by page number; the head is the most recently used. */
class PageList {
  size = 0
  #head = NONE
  #tail = NONE
  readonly #before: Int32Array
  readonly #after: Int32Array

  constructor(pages: number) {
    this.#before = new Int32Array(pages).fill(NONE)
    this.#after = new Int32Array(pages).fill(NONE)
  }

  addFirst(page: number): void {
    this.#before[page] = NONE
    this.#after[page] = this.#head
    if (this.#head === NONE) this.#tail = page
    else this.#before[this.#head] = page
    this.#head = page
    this.size++
  }

  remove(page: number): void {
    const before = this.#before[page] ?? NONE
    const after = this.#after[page] ?? NONE
    if (before === NONE) this.#head = after
    else this.#after[before] = after
    if (after === NONE) this.#tail = before
    else this.#before[after] = before
    this.size--
  }

  removeLast(): number {
    const page = this.#tail
    this.remove(page)
    return page
  }
}

export interface PoolRules {
  readonly poolPages: number
  readonly oldShare: number
  /** A page younger than this many requests stays in the old part. */
  readonly oldBlocksRequests: number
}

const [OUT, OLD, YOUNG] = [0, 1, 2]

export class SimulatedPool {
  readonly #rules: PoolRules
  readonly #old: PageList
  readonly #young: PageList
  readonly #place: Uint8Array
  readonly #cameAt: Float64Array
  readonly #evictedBefore: Float64Array
  #evicted = 0

  constructor(pages: number, rules: PoolRules) {
    this.#rules = rules
    this.#old = new PageList(pages)
    this.#young = new PageList(pages)
    this.#place = new Uint8Array(pages)
    this.#cameAt = new Float64Array(pages)
    this.#evictedBefore = new Float64Array(pages)
  }

  /** True: it had to be read. */
  touch(page: number, request: number): boolean {
    const { poolPages, oldShare, oldBlocksRequests } = this.#rules
    const place = this.#place[page]
    if (place === YOUNG) {
      const unmoved = YOUNG_UNMOVED * (1 - oldShare) * poolPages
      if (this.#evicted - (this.#evictedBefore[page] ?? 0) >= unmoved) this.#makeFirst(this.#young, this.#young, page)
      return false
    }
    if (place === OLD) {
      if (oldShare === 1) this.#makeFirst(this.#old, this.#old, page)
      else if (request - (this.#cameAt[page] ?? 0) >= oldBlocksRequests) this.#promote(page)
      return false
    }
    if (this.#old.size + this.#young.size >= poolPages) {
      this.#place[this.#old.removeLast()] = OUT
      this.#evicted++
    }
    this.#place[page] = OLD
    this.#cameAt[page] = request
    this.#old.addFirst(page)
    return true
  }

  #promote(page: number): void {
    this.#makeFirst(this.#old, this.#young, page)
    this.#place[page] = YOUNG
    if (this.#young.size <= (1 - this.#rules.oldShare) * this.#rules.poolPages) return
    const falls = this.#young.removeLast()
    this.#place[falls] = OLD
    this.#old.addFirst(falls)
  }

  #makeFirst(from: PageList, to: PageList, page: number): void {
    from.remove(page)
    to.addFirst(page)
    this.#evictedBefore[page] = this.#evicted
  }
}
