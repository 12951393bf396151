-- What was each thread observed doing, in the order of time, and did it hold a worker's core then?
--
-- A thread inside a poll normally holds its worker's core. In block_in_place it may give the core
-- away; the poll then goes on and blocks no worker. So a poll is without a core if the last
-- decisive observation before it was block_in_place, or the next one after it is the blocking pool:
-- a worker never goes there while it has its core, and no block_in_place was seen in between that
-- gave it away. A stack that shows nothing counts as a worker's only where the thread was last
-- observed as a worker and is not observed in the pool next. analyzer/derive/observation_class.c
-- decides this, from what came before and after.
--
-- (All columns in their order: SQLite needs no copy of each then.)
INSERT INTO observation
SELECT NULL, :capture, thread, start_ns, end_ns, offcpu_span, sample, stack, class, pool_idle,
	without_core, as_worker, disjoint_from_ns, run_queue_ns
FROM observation_rows(:capture);
