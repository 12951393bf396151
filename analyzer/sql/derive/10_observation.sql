-- What was each thread seen doing, in the order of time, and did it hold its core then?
--
-- A thread inside a poll normally holds its worker's core. After block_in_place it may have lost
-- it: the poll goes on and blocks no worker. So a poll is without a core when the latest telling thing
-- before it was block_in_place, or when the next telling thing after it is the blocking pool: a
-- worker never goes there while it has its core, and no block_in_place was seen that gave it away
-- in between. A stack that tells nothing is of a worker only where the thread was last seen as one,
-- and is not seen in the pool next. What stands before and after is told by analyzer/derive/observation_class.c.
--
-- (All columns in their order: SQLite needs no copy of each then.)
INSERT INTO observation
SELECT NULL, :capture, thread, start_ns, end_ns, offcpu_span, sample, stack, class, pool_idle,
	without_core, as_worker, clear_ns, run_queue_ns
FROM observation_rows(:capture);
