-- sysbench's own way of preparing tables (formatted rows into bulk inserts, one thread per set of tables), with tables
-- and rows of ours: the same columns, the same number of rows, numbers of the same length. Indexes are added later.

sysbench.cmdline.options = {
   orders = {"Orders per shard", 1000},
   items = {"Order items per shard", 2000},
}

local function fill(con, table_name, rows, row)
   con:bulk_insert_init("INSERT INTO " .. table_name .. " VALUES")
   for i = 1, rows do
      con:bulk_insert_next(row(i))
   end
   con:bulk_insert_done()
end

local function prepare()
   local con = sysbench.sql.driver():connect()
   local shard = string.format("_%02d", sysbench.tid)
   local rand = sysbench.rand.uniform
   fill(con, "orders" .. shard, sysbench.opt.orders, function(i)
      return string.format("(4%017d,%d,%d,%d,%d,%d,%d,17%011d,17%011d,%d)", i, rand(1e7, 6e7), rand(1, 6), rand(0, 2),
         rand(0, 6), rand(1, 5), rand(1e4, 1e6), i, i, rand(1, 4))
   end)
   fill(con, "order_items" .. shard, sysbench.opt.items, function(i)
      return string.format("(4%017d,%d,%d,%d,%d)", i, 1, rand(1, 5000), rand(1, 3), rand(1e3, 9e4))
   end)
   fill(con, "payments" .. shard, sysbench.opt.orders, function(i)
      return string.format("(4%017d,%d,%d,%d,%d,%d,17%011d,17%011d,%d)", i, 1, rand(1e7, 6e7), rand(0, 3), rand(0, 2),
         rand(1e4, 1e6), i, i, rand(1, 3))
   end)
   con:disconnect()
end

sysbench.cmdline.commands = {
   prepare = {prepare, sysbench.cmdline.PARALLEL_COMMAND},
}
