-- Why is there no worker, and what helps? A row for each capture without one.
--
-- A worker is known by what it ran, or by the prefix that the recording was given (--workers).
-- Where neither shows one, the names of threads may: the default names of runtimes, or the largest
-- group of threads whose names differ in a number only. A capture of hud-record tasks has nothing
-- but dumps.
CREATE VIEW no_worker AS
WITH threads AS (
	SELECT t.capture, rtrim(rtrim(t.comm, '0123456789'), '-_:#/ ') AS name, count(*) AS threads,
		max(EXISTS (SELECT 1 FROM worker_name AS n WHERE n.name = t.comm)) AS by_default
	FROM thread AS t
	WHERE t.comm IS NOT NULL
	GROUP BY t.capture, 2
), ranked AS (
	SELECT *, row_number() OVER (PARTITION BY capture
		ORDER BY by_default DESC, threads DESC, name) AS rank
	FROM threads
), known AS (
	SELECT c.id AS capture, c.threshold_ns, c.workers_prefix AS prefix,
		(SELECT count(*) FROM thread AS t WHERE t.capture = c.id) AS all_threads,
		g.name, g.threads, g.by_default, l.stacks, l.stacks_complete, l.stops,
		(SELECT group_concat(title, ' or ') FROM runtime) AS runtimes,
		(SELECT sum(d.tasks) FROM task_dump AS d WHERE d.capture = c.id) AS dumped,
		f.linked OR f.seen AS has_runtime, f.symbols_missing
	FROM capture AS c
	JOIN runtime_found AS f ON f.capture = c.id
	JOIN limits AS l ON l.capture = c.id
	LEFT JOIN ranked AS g ON g.capture = c.id AND g.rank = 1
	WHERE NOT EXISTS (SELECT 1 FROM worker AS w WHERE w.capture = c.id)
), reasoned AS (
	SELECT *,
		CASE
		WHEN prefix IS NOT NULL THEN 'prefix'
		WHEN dumped IS NOT NULL AND threshold_ns = 0 AND stacks = 0 THEN 'dump'
		WHEN stacks = 0 THEN 'idle'
		WHEN 2 * stacks_complete < stacks THEN 'cut'
		WHEN NOT has_runtime AND symbols_missing THEN 'symbols'
		WHEN NOT has_runtime THEN 'runtime'
		ELSE 'stacks'
		END AS reason
	FROM known
)
SELECT capture, reason, name, threads, by_default,
	CASE reason
	WHEN 'prefix' THEN
		printf('no thread has a name that begins with %s (--workers)', prefix)
	WHEN 'dump' THEN
		printf('it has a dump of %d task%s, and nothing of what threads did', dumped,
			CASE WHEN dumped = 1 THEN '' ELSE 's' END)
	WHEN 'idle' THEN
		printf('none of %d thread%s ran, or slept for %g ms or more, while it was recorded',
			all_threads, CASE WHEN all_threads = 1 THEN '' ELSE 's' END,
			threshold_ns / 1e6)
	WHEN 'cut' THEN
		printf('%d of %d stacks are cut (%s)', stacks - stacks_complete, stacks,
			coalesce(stops, 'none taken'))
	WHEN 'symbols' THEN
		printf('no %s runtime was found, but the recorded program has no symbols', runtimes)
	WHEN 'runtime' THEN printf('no %s runtime was found in what was recorded', runtimes)
	ELSE 'no stack shows the loop of one'
	END AS why,
	CASE
	WHEN reason = 'dump' THEN '`hud-analyze tasks` shows where they wait; to see what blocks '
		|| 'workers, record without the word tasks'
	WHEN reason = 'cut' THEN '`hud-analyze plan PID -o DIR` shows whose unwind rows are missing'
	WHEN reason = 'symbols' THEN 'give the unstripped file with --binary, or its debug file '
		|| 'with --debug-dir (`hud-analyze info`)'
	WHEN reason = 'runtime' THEN 'if another process has it, record that one'
	WHEN by_default THEN
		printf('%d thread%s called %s, as %s calls them: record with --workers %s',
			threads, CASE WHEN threads = 1 THEN ' is' ELSE 's are' END, name, runtimes,
			name)
	WHEN reason <> 'idle' AND threads >= 2 THEN
		printf('the largest group of threads is %s (%d): if these are its workers, record '
			|| 'with --workers %s', name, threads, name)
	ELSE 'record it for longer, or under load'
	END AS next_step
FROM reasoned;
