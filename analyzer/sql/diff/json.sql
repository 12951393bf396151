-- The whole comparison as one JSON document, as docs/diff.schema.json describes it.
WITH side_figure AS (
	SELECT subject, side, json_object(
		'blocked_ms_per_worker_s', round(1e3 * blocked_ns / nullif(worker_ns, 0), 4),
		'count', count, 'rate_per_s', round(count / seconds, 4), 'total_ns', blocked_ns,
		'p50_ns', p50_ns, 'p99_ns', p99_ns, 'max_ns', max_ns) AS figures
	FROM figure
), row AS (
	SELECT s.kind, s.name, json_object(
		'crate', nullif(s.crate, ''), 'name', nullif(s.name, ''),
		'cause', nullif(s.cause, ''),
		'status', c.status, 'reason', c.reason,
		'change', round(c.change, 4),
		'interval', json_array(round(c.low, 4), round(c.high, 4)),
		'rate_interval', json_array(round(c.rate_low, 4), round(c.rate_high, 4)),
		'record_s', round(c.record_s),
		'minor', json(CASE WHEN s.minor THEN 'true' ELSE 'false' END),
		'before', json(b.figures), 'after', json(a.figures)) AS text,
		row_number() OVER (ORDER BY
			CASE WHEN s.kind = 'worker' THEN CAST(s.name AS INTEGER) END,
			s.share DESC, s.name, s.cause) AS place
	FROM subject AS s
	JOIN change AS c ON c.subject = s.id
	JOIN side_figure AS b ON b.subject = s.id AND b.side = 0
	JOIN side_figure AS a ON a.subject = s.id AND a.side = 1
), capture AS (
	SELECT id, side, json_object('id', capture_id, 'file', file, 'duration_ns', duration_ns,
		'threshold_ns', threshold_ns, 'source', source, 'sample_hz', sample_hz,
		'workers', workers, 'worker_wall_ns', worker_wall_ns, 'polling_ns', polling_ns,
		'loss_percent', round(loss_percent, 4)) AS text
	FROM compared
)
SELECT json_object(
	'schema', 2,
	'comparable', json(CASE WHEN :reason IS NULL THEN 'true' ELSE 'false' END),
	'reason', :reason,
	'filter', (SELECT json(text) FROM filter_document),
	'before', (SELECT json_group_array(json(text)) FROM (SELECT text FROM capture WHERE side = 0
		ORDER BY id)),
	'after', (SELECT json_group_array(json(text)) FROM (SELECT text FROM capture WHERE side = 1
		ORDER BY id)),
	'all', (SELECT json(text) FROM row WHERE kind = 'all'),
	'sites', (SELECT json_group_array(json(text)) FROM (SELECT text FROM row WHERE kind = 'site'
		ORDER BY place)),
	'main_sites', (SELECT json_group_array(json(text)) FROM (SELECT text FROM row
		WHERE kind = 'main' ORDER BY place)),
	'tasks', (SELECT json_group_array(json(text)) FROM (SELECT text FROM row WHERE kind = 'task'
		ORDER BY place)),
	'workers', (SELECT json_group_array(json(text)) FROM (SELECT text FROM row
		WHERE kind = 'worker' ORDER BY place)),
	'waiting', (SELECT json_group_array(json_object('task', task, 'place', place, 'file', file,
		'line', line, 'waits_in', waits_in, 'outcome', outcome, 'before', before,
		'after', after)) FROM (SELECT * FROM waiting_change
			ORDER BY task, place, waits_in, outcome))) AS document;
