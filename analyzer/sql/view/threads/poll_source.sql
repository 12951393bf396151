-- How are the polls of each capture known, what is counted, and which polls do figures cover?
--
-- count_unit is `poll` where whole polls are known in every process with a worker, else `span`.
-- population is `all` where each poll was timed, at least for a part of the time (timed_percent),
-- else `long`: only polls that blocked. followed_percent: as timed_percent, for tasks followed.
CREATE VIEW poll_source AS
WITH known AS (
	SELECT w.capture, min(q.source <> 'stack') AS polls
	FROM worker AS w
	JOIN thread AS t ON t.id = w.thread
	JOIN process_source AS q ON q.process = t.process
	GROUP BY w.capture
), timed AS (
	SELECT capture, sum(CASE WHEN attached THEN until_ns - from_ns ELSE 0 END) AS wall_ns,
		sum(CASE WHEN followed THEN until_ns - from_ns ELSE 0 END) AS followed_ns
	FROM probe_time
	GROUP BY capture
)
SELECT c.id AS capture, c.source,
	CASE WHEN t.polls THEN 'poll' ELSE 'span' END AS count_unit,
	CASE WHEN coalesce(m.wall_ns, 0) > 0 THEN 'all' ELSE 'long' END AS population,
	CASE WHEN m.wall_ns IS NOT NULL
		THEN min(100.0, 100.0 * m.wall_ns / max(c.end_ns - c.start_ns, 1)) END
		AS timed_percent,
	CASE WHEN m.wall_ns IS NOT NULL
		THEN min(100.0, 100.0 * m.followed_ns / max(c.end_ns - c.start_ns, 1)) END
		AS followed_percent
FROM capture AS c
LEFT JOIN known AS t ON t.capture = c.id
LEFT JOIN timed AS m ON m.capture = c.id;
