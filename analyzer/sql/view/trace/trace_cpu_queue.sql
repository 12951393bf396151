-- For how long did watched threads wait for each CPU, in each tenth of a second of the clock?
-- Together: two threads that wait for all of it make 200 ms.
--
-- Only waits in off-CPU spans are known one by one; shorter ones are summed up in thread_window.
-- A wait that is longer than an hour counts for its first hour.
CREATE VIEW trace_cpu_queue AS
WITH RECURSIVE wait AS NOT MATERIALIZED (
	SELECT capture, cpu, end_ns - run_queue_ns AS from_ns, end_ns AS to_ns,
		(end_ns - run_queue_ns) / 100000000 AS first, end_ns / 100000000 AS last
	FROM offcpu_span
	WHERE run_queue_ns > 0
), split AS (
	SELECT capture, cpu, from_ns, to_ns, first, min(last, first + 36000) AS last,
		first AS place
	FROM wait
	WHERE first < last
	UNION ALL
	SELECT capture, cpu, from_ns, to_ns, first, last, place + 1
	FROM split
	WHERE place < last
), part AS (
	SELECT capture, cpu, to_ns - from_ns AS ns, first AS place
	FROM wait
	WHERE first = last
	UNION ALL
	SELECT capture, cpu, min(to_ns, (place + 1) * 100000000)
		- max(from_ns, place * 100000000), place
	FROM split
)
SELECT capture, cpu, place * 100000000 AS start_ns, (place + 1) * 100000000 AS end_ns,
	sum(ns) AS run_queue_ns, count(*) AS waits
FROM part
GROUP BY capture, cpu, place;
