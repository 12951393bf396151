-- The result of a check as one JSON document, as docs/CHECK.md describes it.
SELECT json_object(
	'schema', 1,
	'status', :status,
	'reason', :reason,
	'filter', (SELECT json(text) FROM filter_document),
	'rules', (SELECT json_group_array(json(text)) FROM (
		SELECT json_object('rule', text, 'status', status,
			'findings', json(findings)) AS text
		FROM rule_result
		ORDER BY rule))) AS document;
