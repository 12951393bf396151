-- The outcome of a check as one JSON document, as docs/CHECK.md describes it.
SELECT json_object(
	'schema', 1,
	'status', :status,
	'reason', :reason,
	'filter', (SELECT json_object('from', from_time, 'to', to_time, 'worker', worker, 'task', task,
		'cause', cause, 'match', match, 'min_ns', min_ns) FROM filter),
	'rules', (SELECT json_group_array(json(text)) FROM (
		SELECT json_object('rule', text,
			'status', CASE WHEN max(status = 'fail') THEN 'fail'
				WHEN max(status = 'cannot tell') THEN 'cannot tell' ELSE 'pass' END,
			'findings', json_group_array(json_object('status', status, 'sentence', sentence,
				'file', file, 'line', line))) AS text
		FROM (SELECT * FROM finding ORDER BY rule, id)
		GROUP BY rule
		ORDER BY rule))) AS document;
