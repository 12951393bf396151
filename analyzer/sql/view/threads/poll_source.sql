-- How are the polls of each capture known, what is counted, and which polls do figures cover?
--
-- count_unit is `poll` where whole polls are known in every process with a worker, else `span`.
-- population is `all` where each poll was timed, at least for a part of the chosen time
-- (timed_percent), else `long`: only polls that blocked. followed_percent: as timed_percent, for
-- tasks followed. given_up: the probes that time polls were taken out for good; and what they cost
-- at most.
CREATE VIEW poll_source AS
WITH known AS (
	SELECT w.capture, min(q.source <> 'stack') AS polls
	FROM worker AS w
	JOIN thread AS t ON t.id = w.thread
	JOIN process_source AS q ON q.process = t.process
	GROUP BY w.capture
), timed AS (
	SELECT p.capture, max(t.end_ns - t.start_ns, 1) AS chosen_ns,
		total(CASE WHEN p.attached THEN min(p.until_ns, t.end_ns)
			- max(p.from_ns, t.start_ns) END) AS wall_ns,
		total(CASE WHEN p.followed THEN min(p.until_ns, t.end_ns)
			- max(p.from_ns, t.start_ns) END) AS followed_ns
	FROM probe_time AS p
	JOIN chosen_time AS t ON t.capture = p.capture AND p.until_ns > t.start_ns
		AND p.from_ns < t.end_ns
	GROUP BY p.capture
), probed AS (
	SELECT capture, max(given_up) AS given_up, max(costly_sites) AS costly_sites,
		max(probe_cost_ns) AS probe_cost_ns, max(cost_permille) AS cost_permille
	FROM probe_state
	GROUP BY capture
)
SELECT c.id AS capture, c.source,
	CASE WHEN t.polls THEN 'poll' ELSE 'span' END AS count_unit,
	CASE WHEN coalesce(m.wall_ns, 0) > 0 THEN 'all' ELSE 'long' END AS population,
	min(100.0, 100.0 * m.wall_ns / m.chosen_ns) AS timed_percent,
	min(100.0, 100.0 * m.followed_ns / m.chosen_ns) AS followed_percent,
	coalesce(p.given_up, 0) AS given_up, p.costly_sites, p.probe_cost_ns, p.cost_permille
FROM capture AS c
LEFT JOIN known AS t ON t.capture = c.id
LEFT JOIN timed AS m ON m.capture = c.id
LEFT JOIN probed AS p ON p.capture = c.id;
