// The monolith's tables, in its own database: product orders and payment orders mixed in `t_order` under one status, money as
// decimals, times that end at the second. `prepare` adds the columns that a migration needs; the old code ignores them.

/** Rows of `t_order`: the product order, and each attempt to pay it as a row of its own that names it as its parent. */
export const LEGACY_KINDS = { product: 1, payment: 2 } as const

export const LEGACY_ORDERS_TABLE = 't_order'
export const LEGACY_ITEMS_TABLE = 't_order_item'
export const LEGACY_PRODUCTS_TABLE = 't_product'
export const LEGACY_USERS_TABLE = 't_user'
/** Beside them once a migration has begun: which request an order answers, and what the search index is to be told. */
export const LEGACY_KEYS_TABLE = 'order_keys'
export const LEGACY_OUTBOX_TABLE = 'order_outbox'

/** What the monolith was installed with. */
export const CREATE_LEGACY_SQL: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS ${LEGACY_USERS_TABLE} (
  id BIGINT NOT NULL,
  nickname VARCHAR(64) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  `CREATE TABLE IF NOT EXISTS ${LEGACY_PRODUCTS_TABLE} (
  id INT NOT NULL,
  name VARCHAR(120) NOT NULL,
  price DECIMAL(14,2) NOT NULL,
  PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  `CREATE TABLE IF NOT EXISTS ${LEGACY_ORDERS_TABLE} (
  id BIGINT NOT NULL AUTO_INCREMENT,
  kind TINYINT NOT NULL,
  parent_id BIGINT NULL,
  user_id BIGINT NOT NULL,
  status TINYINT NOT NULL,
  channel TINYINT NOT NULL,
  region SMALLINT NOT NULL,
  item_count TINYINT NOT NULL,
  amount DECIMAL(14,2) NOT NULL,
  pay_method TINYINT NULL,
  submit_token VARCHAR(64) NULL,
  create_time DATETIME NOT NULL,
  update_time DATETIME NOT NULL,
  PRIMARY KEY (id),
  KEY idx_user (user_id, create_time),
  KEY idx_parent (parent_id),
  KEY idx_token (user_id, submit_token)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
  `CREATE TABLE IF NOT EXISTS ${LEGACY_ITEMS_TABLE} (
  id BIGINT NOT NULL AUTO_INCREMENT,
  order_id BIGINT NOT NULL,
  line_no TINYINT NOT NULL,
  product_id INT NOT NULL,
  quantity SMALLINT NOT NULL,
  unit_price DECIMAL(14,2) NOT NULL,
  PRIMARY KEY (id),
  KEY idx_order (order_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4`,
]

/**
 * One status for two flows: 0 open, 1 paid, 2 shipped, 3 finished, 8 refunded, 9 closed. A product order and a payment order
 * read the same number differently, and nothing keeps the two rows of one order in step.
 */
export const LEGACY_STATUS = { open: 0, paid: 1, shipped: 2, finished: 3, refunded: 8, closed: 9 } as const
