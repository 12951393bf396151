-- From where is it known where each runtime keeps its state, and what was tried if not? Of a
-- process with runtimes in several objects (its executable, libraries) each has its own. Once one
-- was withdrawn none is believed, whatever came afterwards.
CREATE VIEW runtime_layouts AS
WITH ranked AS (
	SELECT l.*, row_number() OVER (PARTITION BY l.process, l.object
			ORDER BY l.withdrawn DESC, l.time_ns DESC, l.id DESC) AS rank
	FROM layout AS l
), last AS (
	SELECT r.*, count(*) OVER (PARTITION BY r.process) AS objects,
		(SELECT o.path FROM runtime_object AS o
			WHERE o.process = r.process AND o.number = r.object
			ORDER BY o.id LIMIT 1) AS path
	FROM ranked AS r
	WHERE r.rank = 1
)
SELECT l.capture, l.process, p.pid, p.name, p.executable, l.path AS object, l.objects, l.source,
	l.time_ns - c.start_ns AS at_ns, l.reason, l.parks, l.polls, l.probe_hits, l.bpf_run_ns,
	/* Without its folder, where the path has one. */
	CASE WHEN l.objects > 1 THEN 'in ' || coalesce(replace(l.path,
			rtrim(l.path, replace(l.path, '/', '')), ''), 'object ' || l.object)
			|| ': ' ELSE '' END || CASE
	WHEN l.withdrawn THEN 'what was learned of where its workers keep their state was '
		|| 'contradicted by ' || l.contradictions || ' parks or polls'
	WHEN l.source = 'none' THEN 'where its workers keep their state could not be learned: '
		|| coalesce(l.reason, 'this hud-analyze does not know the reason')
	WHEN l.source = 'learned' AND l.earlier THEN 'where its workers keep their state was '
		|| 'learned in an earlier recording'
	WHEN l.source = 'learned' THEN printf('where its workers keep their state was learned '
		|| 'in %.1f s: %d parks and %d polls agree', l.took_ns / 1e9, l.parks, l.polls)
	WHEN l.source = 'table' THEN 'where its workers keep their state is assumed from similar '
		|| 'builds'
	END AS sentence,
	CASE
	WHEN l.withdrawn THEN 'its polls and parks are distinguished by stack traces only'
	WHEN l.source = 'none' THEN l.remedy
	WHEN l.source = 'learned' AND NOT l.tick_known THEN 'of some of its workers several short '
		|| 'polls may look like one: their polls are upper bounds'
	END AS remedy
FROM last AS l
JOIN process AS p ON p.id = l.process
JOIN capture AS c ON c.id = l.capture;
