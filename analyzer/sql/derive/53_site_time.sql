-- How does each site's time divide by stack, and who ended its sleeps? Summed up by
-- analyzer/derive/site_sums.c.
INSERT INTO site_time
SELECT NULL, :capture, site, stack, frame, slept, woken, open, waker_stack, waker_thread,
	waker_pid, count, blocked_ns
FROM site_time_rows(:capture);
