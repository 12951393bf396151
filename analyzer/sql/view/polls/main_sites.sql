-- Which code blocked the main future (of block_on on the main thread), for how long and how often?
-- It blocks itself and what it joins, but no worker.
CREATE VIEW main_sites AS
WITH part AS MATERIALIZED (
	SELECT b.capture, b.thread, b.start_ns, f.site AS function, f.crate, b.cause, f.file,
		f.line, b.blocked_ns, b.open, b.at_attach, b.at_most
	FROM main_block AS b
	JOIN frame AS f ON f.id = b.frame
), block AS (
	SELECT capture, thread, start_ns, function, crate, cause, sum(blocked_ns) AS blocked_ns,
		max(open) AS open, max(open AND at_attach) AS all_the_time, max(at_most) AS at_most
	FROM part
	GROUP BY capture, thread, start_ns, function, crate, cause
), line AS (
	SELECT capture, function, crate, cause, file, line,
		row_number() OVER (PARTITION BY capture, function, crate, cause
			ORDER BY sum(blocked_ns) DESC, file, line) AS rank
	FROM part
	GROUP BY capture, function, crate, cause, file, line
)
SELECT b.capture, b.function, b.crate, b.cause, l.file, l.line, count(*) AS count,
	sum(b.blocked_ns) AS total_ns, max(b.blocked_ns) AS max_ns, sum(b.open) AS open_count,
	max(b.all_the_time) AS all_the_time, max(b.at_most) AS at_most, a.rule, a.advised, a.advice,
	a.documentation
FROM block AS b
LEFT JOIN line AS l ON l.capture = b.capture AND l.function = b.function AND l.crate IS b.crate
	AND l.cause = b.cause AND l.rank = 1
LEFT JOIN main_advice AS a ON a.capture = b.capture AND a.function = b.function
	AND a.crate IS b.crate AND a.cause = b.cause
GROUP BY b.capture, b.function, b.crate, b.cause
ORDER BY b.capture, total_ns DESC, b.function, b.cause;
