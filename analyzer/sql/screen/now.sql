-- Which polls are blocking a worker at this moment, since when, and where?
--
-- Who holds a lock is known when it is released. holder: who held it in the most of the earlier
-- waits of the window at the same place, in `held` of `waits`.
WITH by_holder AS MATERIALIZED (
	SELECT function, holder, sum(count) AS held, sum(sum(count)) OVER w AS waits,
		row_number() OVER (w ORDER BY sum(count) DESC, holder) AS place
	FROM site_holder
	WHERE EXISTS (SELECT 1 FROM open_block WHERE cause = 'lock')
	GROUP BY function, holder
	WINDOW w AS (PARTITION BY function)
)
SELECT b.start_ns, b.end_ns, t.tid, t.comm, b.task, b.function, b.cause, f.file, f.line, h.holder,
	h.held, h.waits
FROM open_block AS b
JOIN thread AS t ON t.id = b.thread
LEFT JOIN frame AS f ON f.id = b.frame
LEFT JOIN by_holder AS h ON h.function = b.function AND h.place = 1 AND b.cause = 'lock'
WHERE NOT b.main
ORDER BY b.start_ns, t.tid;
