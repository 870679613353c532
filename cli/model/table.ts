// Op `table`: how large InnoDB tables get.

import { INSERT_ORDERS } from '../../contracts/capacity-model/table-size.ts'
import { tableMistakes, tableSize } from '../../reports/capacity-model/table-size.ts'
import { defineOp } from './op.ts'
import { count, flag, list, number, oneOf, optional, record, text, withDefault } from './shape.ts'
import { SEED } from './shared-fields.ts'

export const op = defineOp({
  about: `Bytes per row, rows per 16 KiB leaf page, B+tree levels and file size from MySQL
column types. rows is the count of one table. Filled in key order a page is
15/16 full, and the clustered size is exact; random inserts settle near ln 2,
between 1/2 and 15/16. A secondary index may be anything from freshly sorted
(full) to half empty: its size is a range. Types are those of CREATE TABLE in
MySQL 9, under all of their names. Characters take what their character set
says: the column's, named or implied by its collation, else that of the table
(characterSet, collation).`,
  example: {
    columns: [
      { name: 'id', type: 'bigint' },
      { name: 'user_id', type: 'bigint' },
      { name: 'status', type: 'tinyint' },
      { name: 'kind', type: 'tinyint' },
      { name: 'amount', type: 'int' },
      { name: 'region', type: 'smallint' },
      { name: 'created_at', type: 'datetime(3)' },
      { name: 'updated_at', type: 'datetime(3)' },
      { name: 'note', type: 'varchar(32)', meanBytes: 6.478, nullable: true },
    ],
    primaryKey: ['id'],
    secondaryIndexes: [{ name: 'user_created', columns: ['user_id', 'created_at'] }],
    rows: 50_000_000,
    tables: 64,
    insertOrder: 'primary-key',
  },
  shape: record({
    columns: list(
      record({
        name: text(),
        type: text(),
        meanBytes: optional(number({ atLeast: 0, atMost: 2 ** 32 })),
        nullable: withDefault(flag(), false),
      }),
      { atLeast: 1, atMost: 4096 },
    ),
    characterSet: optional(text()),
    collation: optional(text()),
    primaryKey: withDefault(list(text(), { atMost: 16 }), []),
    secondaryIndexes: withDefault(
      list(record({ name: text(), columns: list(text(), { atLeast: 1, atMost: 16 }) }), { atMost: 64 }),
      [],
    ),
    rows: count({ atLeast: 0 }),
    tables: withDefault(count({ atMost: 1e9 }), 1),
    insertOrder: withDefault(oneOf(INSERT_ORDERS), 'primary-key'),
    seed: SEED,
  }),
  mistakes: tableMistakes,
  answer: tableSize,
})
