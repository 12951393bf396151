-- Which subjects is a rule about? A pattern matches a whole name, or its end after a `::`. A rule
-- about sites is about those of the main future too.
SELECT s.id, s.name, s.kind = 'main' AS main, nullif(s.cause, '') AS cause, p.file, p.line,
	s.bystander, a.count AS after_count, coalesce(b.count, 0) AS before_count,
	1.0 * a.blocked_ns / max(a.worker_ns, 1) AS after_blocked,
	1.0 * b.blocked_ns / max(b.worker_ns, 1) AS before_blocked,
	a.count / a.seconds AS after_rate, b.count / b.seconds AS before_rate,
	a.blocked_ns AS after_total,
	a.p50_ns AS after_p50, b.p50_ns AS before_p50,
	a.p99_ns AS after_p99, b.p99_ns AS before_p99,
	a.max_ns AS after_max,
	(SELECT 1.0 * sum(run_queue_ns) / max(sum(worker_wall_ns), 1) FROM compared WHERE side = 1)
		AS after_run_queue,
	(SELECT max(longest_run_queue_ns) FROM compared WHERE side = 1) AS after_run_queue_max,
	(SELECT max(1.0 * throttled_periods / max(quota_periods, 1)) FROM compared WHERE side = 1)
		AS after_throttled,
	(SELECT max(pool_tasks) FROM compared WHERE side = 1) AS after_pool_queue,
	(SELECT max(pool_wait_ns) FROM compared WHERE side = 1) AS after_pool_wait,
	(SELECT max(pool_full_percent) / 100 FROM compared WHERE side = 1) AS after_pool_full,
	(SELECT max(pool_tasks IS NULL) FROM compared WHERE side = 1) AS pool_queue_unknown,
	(SELECT max(pool_wait_ns IS NULL) FROM compared WHERE side = 1) AS pool_wait_unknown,
	(SELECT max(pool_full_percent IS NULL) FROM compared WHERE side = 1) AS pool_full_unknown,
	(SELECT 1.0 * sum(main_blocked_ns) / max(sum(duration_ns), 1) FROM compared WHERE side = 1)
		AS after_main_blocked,
	(SELECT max(main_longest_ns) FROM compared WHERE side = 1) AS after_main_max,
	(SELECT max(tasks) FROM (
		SELECT sum(t.tasks) AS tasks
		FROM task_count AS t
		JOIN compared AS c ON c.id = t.compared AND c.side = 1
		WHERE :tasks = '' OR t.task GLOB :tasks OR t.task GLOB '*::' || :tasks
		GROUP BY t.compared, t.dump)) AS after_tasks,
	(SELECT max(d.deadlocks)
		FROM deadlock AS d
		JOIN compared AS c ON c.id = d.compared AND c.side = 1) AS after_deadlocks,
	(SELECT max(d.possible)
		FROM deadlock AS d
		JOIN compared AS c ON c.id = d.compared AND c.side = 1)
		AS after_possible_deadlocks,
	(SELECT min(d.deadlock_example) FROM deadlock AS d
		JOIN compared AS c ON c.id = d.compared AND c.side = 1) AS deadlock_example,
	(SELECT min(d.possible_example) FROM deadlock AS d
		JOIN compared AS c ON c.id = d.compared AND c.side = 1) AS possible_example,
	m.no_dump, m.missing AS tasks_missing,
	m.no_dump OR m.missing OR (:tasks <> '' AND m.unnamed > n.unread_tasks_share_max)
		AS tasks_unknown,
	m.unread > n.unread_tasks_share_max AS waits_unread,
	m.no_dump OR m.missing OR m.unread > n.unread_tasks_share_max OR m.drivers_unread > 0
		AS deadlocks_unknown,
	(SELECT group_concat(kind_name, ', ') FROM (
		SELECT o.name || ' (' || o.cause || ')' AS kind_name
		FROM subject AS o JOIN figure AS f ON f.subject = o.id AND f.side = 1
		WHERE s.kind = 'all' AND o.kind = 'site' AND f.count > 0
		ORDER BY f.max_ns DESC LIMIT 1)) AS longest_site,
	count(*) OVER () AS subjects
FROM subject AS s
JOIN figure AS a ON a.subject = s.id AND a.side = 1
LEFT JOIN figure AS b ON b.subject = s.id AND b.side = 0
LEFT JOIN latest_place AS p ON p.kind = s.kind AND p.crate = s.crate AND p.name = s.name
	AND p.cause = s.cause
CROSS JOIN (
	SELECT max(d.compared IS NULL) AS no_dump, coalesce(max(d.missing), 0) AS missing,
		coalesce(max(d.drivers_unread), 0) AS drivers_unread,
		coalesce(max(1.0 * d.unnamed / max(d.tasks, 1)), 0) AS unnamed,
		coalesce(max(1.0 * d.unread / max(d.tasks, 1)), 0) AS unread
	FROM compared AS c
	LEFT JOIN deadlock AS d ON d.compared = c.id
	WHERE c.side = 1) AS m
CROSS JOIN constant AS n
WHERE (s.kind = :kind OR (s.kind = 'main' AND :kind = 'site'))
	AND (:pattern = '' OR s.name GLOB :pattern OR s.name GLOB '*::' || :pattern)
	AND (:cause = '' OR s.cause = :cause)
ORDER BY a.blocked_ns DESC, s.name, s.cause, s.kind DESC;
