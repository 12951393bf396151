-- How did each rule end? The worst of its findings.
SELECT rule, text,
	CASE WHEN max(status = 'fail') THEN 'fail' WHEN max(status = 'cannot tell') THEN 'cannot tell'
		ELSE 'pass' END AS status,
	group_concat(CASE WHEN status <> 'pass' THEN sentence END, '; ') AS sentence
FROM (SELECT * FROM finding ORDER BY rule, id)
GROUP BY rule
ORDER BY rule;
