-- A window that the chosen time cuts counts in proportion: by how much of the time that no recorded
-- sleep covers is inside. Recorded sleeps are not part of a window's amounts. sample_gap_ns is the
-- largest gap between two samples, not an amount: it stays.
WITH cut AS (
	SELECT w.id, w.thread, w.start_ns, w.end_ns,
		max(w.start_ns, coalesce(l.from_ns, w.start_ns)) AS part_start_ns,
		min(w.end_ns, coalesce(l.to_ns, w.end_ns)) AS part_end_ns
	FROM filter AS l
	JOIN temp.thread_window AS w ON w.capture = l.capture
		AND (w.start_ns < l.from_ns AND w.end_ns > l.from_ns
			OR w.end_ns > l.to_ns AND w.start_ns < l.to_ns)
), awake AS (
	SELECT c.id, c.part_start_ns, c.part_end_ns,
		c.end_ns - c.start_ns - total(max(0, min(c.end_ns, s.end_ns)
			- max(c.start_ns, s.start_ns))) AS all_ns,
		c.part_end_ns - c.part_start_ns - total(max(0, min(c.part_end_ns, s.end_ns)
			- max(c.part_start_ns, s.start_ns))) AS part_ns
	FROM cut AS c
	LEFT JOIN main.offcpu_span AS s ON s.thread = c.thread AND s.start_ns < c.end_ns
		AND s.end_ns > c.start_ns
	GROUP BY c.id
), share AS (
	SELECT id, part_start_ns, part_end_ns,
		CASE WHEN all_ns > 0 THEN min(1.0, max(0.0, part_ns / all_ns)) ELSE 0.0 END AS share
	FROM awake
)
UPDATE temp.thread_window
SET start_ns = h.part_start_ns, end_ns = h.part_end_ns,
	cpu_ns = CAST(cpu_ns * h.share AS INTEGER), sleep_ns = CAST(sleep_ns * h.share AS INTEGER),
	run_queue_ns = CAST(run_queue_ns * h.share AS INTEGER),
	parked_ns = CAST(parked_ns * h.share AS INTEGER),
	poll_sleep_ns = CAST(poll_sleep_ns * h.share AS INTEGER),
	maybe_parked_ns = CAST(maybe_parked_ns * h.share AS INTEGER),
	stolen_ns = CAST(stolen_ns * h.share AS INTEGER),
	sleeps = CAST(round(sleeps * h.share) AS INTEGER),
	preemptions = CAST(round(preemptions * h.share) AS INTEGER),
	samples = CAST(round(samples * h.share) AS INTEGER),
	poll_samples = CAST(round(poll_samples * h.share) AS INTEGER),
	polls = CAST(round(polls * h.share) AS INTEGER)
FROM share AS h
WHERE h.id = thread_window.id;
