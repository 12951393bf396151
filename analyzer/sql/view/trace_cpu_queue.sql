-- For how long did watched threads wait for each CPU, in each tenth of a second? Together: two
-- threads that wait for all of it make 200 ms.
--
-- Only waits in off-CPU spans are known one by one; shorter ones are summed up in thread_window.
CREATE VIEW trace_cpu_queue AS
WITH RECURSIVE wait AS (
	SELECT s.capture, s.cpu,
		max(s.start_ns, s.end_ns - s.run_queue_ns, c.start_ns) - c.start_ns AS from_ns,
		max(s.end_ns, c.start_ns) - c.start_ns AS to_ns
	FROM offcpu_span AS s
	JOIN capture AS c ON c.id = s.capture
	WHERE s.run_queue_ns > 0
), split AS (
	SELECT capture, cpu, from_ns, to_ns, from_ns / 100000000 AS place
	FROM wait
	WHERE from_ns / 100000000 <> to_ns / 100000000
	UNION ALL
	SELECT capture, cpu, from_ns, to_ns, place + 1
	FROM split
	WHERE place < to_ns / 100000000 AND place < from_ns / 100000000 + 36000
), part AS (
	SELECT capture, cpu, to_ns - from_ns AS ns, from_ns / 100000000 AS place
	FROM wait
	WHERE from_ns / 100000000 = to_ns / 100000000
	UNION ALL
	SELECT capture, cpu, min(to_ns, (place + 1) * 100000000)
		- max(from_ns, place * 100000000), place
	FROM split
)
SELECT p.capture, p.cpu, c.start_ns + p.place * 100000000 AS start_ns, sum(p.ns) AS run_queue_ns,
	count(*) AS waits
FROM part AS p
JOIN capture AS c ON c.id = p.capture
GROUP BY p.capture, p.cpu, p.place;
