// An InnoDB B+tree: entries per page, pages per level.
// Page: 16 KiB less 38 + 36 + 20 + 26 + 8 bytes of headers; per record half a byte of page directory (a 2-byte slot
// for every 4 records). J. Cole, "B+Tree index structures in InnoDB" (blog.jcole.us, 2013).

export const PAGE_BYTES = 16_384
const USABLE_BYTES = PAGE_BYTES - 128
const DIRECTORY_BYTES = 0.5
export const RECORD_HEADER_BYTES = 5
const CHILD_POINTER_BYTES = 4

/**
 * Filled in key order InnoDB leaves 1/16 of a page free.
 * https://dev.mysql.com/doc/refman/8.4/en/innodb-physical-structure.html
 */
export const KEY_ORDER_FILL = 15 / 16
/** The same page: random inserts leave pages from half to 15/16 full. */
export const EMPTIEST_FILL = 0.5
/** ln 2, where B-trees under random inserts settle (A. Yao, "On Random 2–3 Trees", 1978). */
export const RANDOM_FILL = Math.LN2

/** Into a page with a single record the next one goes whatever it leaves free, and two always fit. */
export function entriesPerPage(entryBytes: number, fill: number): number {
  const fewest = fill >= KEY_ORDER_FILL ? 2 : 1
  return Math.max(fewest, Math.floor((USABLE_BYTES * fill) / (entryBytes + DIRECTORY_BYTES)))
}

/** An entry of an inner page: record header, NULL bits, the key, and the number of the child page. */
export function nodeBytes(nullBytes: number, keyBytes: number): number {
  return RECORD_HEADER_BYTES + nullBytes + keyBytes + CHILD_POINTER_BYTES
}

export interface TreeSize {
  readonly leafPages: number
  readonly pages: number
  /** A root that is a leaf is 1. */
  readonly levels: number
}

/** Inner pages are rarely touched at random; they stay about as full as key order leaves them. */
export function treeSize(entries: number, perLeaf: number, perNode: number): TreeSize {
  const leafPages = Math.max(1, Math.ceil(entries / perLeaf))
  let levels = 1
  let pages = leafPages
  for (let level = leafPages; level > 1; levels++) {
    level = Math.ceil(level / perNode)
    pages += level
  }
  return { leafPages, pages, levels }
}
