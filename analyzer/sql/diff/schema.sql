-- The database of a comparison. Side 0 is before, side 1 after. Times are nanoseconds since the
-- beginning of each capture, or of the part that --from chose.

-- The captures of both sides.
CREATE TABLE compared (
	id INTEGER PRIMARY KEY,
	side INTEGER NOT NULL,
	capture_id TEXT NOT NULL,
	file TEXT,
	command TEXT,
	start_realtime_ns INTEGER,
	duration_ns INTEGER NOT NULL,
	threshold_ns INTEGER NOT NULL,
	sample_hz INTEGER,
	source TEXT,
	workers INTEGER NOT NULL,
	worker_wall_ns INTEGER NOT NULL,
	polling_ns INTEGER NOT NULL,
	run_queue_ns INTEGER NOT NULL,
	longest_run_queue_ns INTEGER NOT NULL,
	main_blocked_ns INTEGER NOT NULL,
	main_longest_ns INTEGER NOT NULL,
	quota_periods INTEGER NOT NULL,
	throttled_periods INTEGER NOT NULL,
	pool_tasks INTEGER, -- NULL: not known, as the next two
	pool_wait_ns INTEGER,
	pool_full_percent REAL,
	loss_percent REAL NOT NULL,
	stacks_lost_percent REAL NOT NULL,
	truncated INTEGER NOT NULL,
	level TEXT NOT NULL,
	reason TEXT,
	sentence TEXT NOT NULL,
	unclassified INTEGER NOT NULL,
	classified_percent REAL NOT NULL,
	undecided_ns INTEGER NOT NULL,
	windows INTEGER NOT NULL
);

-- The filters as they were given, the same for each capture; no row: none was given.
CREATE TABLE filter (
	from_time TEXT,
	to_time TEXT,
	worker TEXT,
	task TEXT,
	cause TEXT,
	match TEXT,
	min_ns INTEGER
);

-- Copied from the captures: a row for each blocking poll and each subject it counts for.
CREATE TABLE arrived (
	compared INTEGER NOT NULL,
	kind TEXT NOT NULL,
	crate TEXT NOT NULL,
	name TEXT NOT NULL,
	cause TEXT NOT NULL,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	wall_ns INTEGER NOT NULL
);

-- When each thread was a worker; rank 1 was blocked the most.
CREATE TABLE worker_time (
	compared INTEGER NOT NULL,
	rank INTEGER NOT NULL,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	wall_ns INTEGER NOT NULL
);

-- Tasks whose computing could be one long poll or many short ones.
CREATE TABLE unproven (
	compared INTEGER NOT NULL,
	task TEXT NOT NULL
);

-- The tasks in which each site whose cause is the code's own work blocked.
CREATE TABLE site_of_task (
	compared INTEGER NOT NULL,
	crate TEXT NOT NULL,
	name TEXT NOT NULL,
	cause TEXT NOT NULL,
	task TEXT NOT NULL
);

-- How many tasks of each type there were in each dump.
CREATE TABLE task_count (
	compared INTEGER NOT NULL,
	dump INTEGER NOT NULL,
	task TEXT NOT NULL,
	tasks INTEGER NOT NULL
);

-- How many tasks of each type waited at each place at the last dump: '' where it is not known.
-- outcome: why it is not, else ''.
CREATE TABLE waiting (
	compared INTEGER NOT NULL,
	task TEXT NOT NULL,
	place TEXT NOT NULL,
	waits_in TEXT NOT NULL,
	outcome TEXT NOT NULL,
	file TEXT,
	line INTEGER,
	tasks INTEGER NOT NULL
);

-- Circles of tasks that wait for each other, for certain or not, and the types and places of one of
-- them: a row for each dump.
CREATE TABLE deadlock (
	compared INTEGER NOT NULL,
	dump INTEGER NOT NULL,
	deadlocks INTEGER NOT NULL,
	possible INTEGER NOT NULL,
	deadlock_example TEXT,
	possible_example TEXT,
	tasks INTEGER NOT NULL,
	unread INTEGER NOT NULL,
	unnamed INTEGER NOT NULL,
	missing INTEGER NOT NULL, -- 1: tasks may not be in the dump
	drivers_unread INTEGER NOT NULL -- futures of block_on, and LocalSets
);

-- Blocked time by cause and stack, and the frames of these stacks, the innermost at position 0: for
-- a page only. Where no stack shows the time, stack is NULL.
CREATE TABLE profile (
	compared INTEGER NOT NULL,
	cause TEXT NOT NULL,
	stack INTEGER,
	blocked_ns INTEGER NOT NULL
);
CREATE TABLE stack_frame (
	compared INTEGER NOT NULL,
	stack INTEGER NOT NULL,
	position INTEGER NOT NULL,
	name TEXT NOT NULL,
	file TEXT,
	line INTEGER,
	origin TEXT
);

-- The line at which each site blocked the most. kind: as in subject.
CREATE TABLE place (
	compared INTEGER NOT NULL,
	kind TEXT NOT NULL,
	crate TEXT NOT NULL,
	name TEXT NOT NULL,
	cause TEXT NOT NULL,
	file TEXT,
	line INTEGER
);

-- What is compared: all blocking, sites, tasks, workers, sites of the main future (`main`). This
-- and the next tables are filled by sql/diff/derive/ from the tables above.
CREATE TABLE subject (
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	crate TEXT NOT NULL,
	name TEXT NOT NULL,
	cause TEXT NOT NULL,
	bystander INTEGER NOT NULL DEFAULT 0, -- sql/diff/derive/70_bystander.sql
	share REAL, -- sql/diff/derive/80_share.sql
	minor INTEGER NOT NULL DEFAULT 0,
	UNIQUE (kind, crate, name, cause)
);

-- The blocking polls of each subject.
CREATE TABLE block (
	subject INTEGER NOT NULL REFERENCES subject (id),
	compared INTEGER NOT NULL REFERENCES compared (id),
	side INTEGER NOT NULL,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	wall_ns INTEGER NOT NULL
);

-- Parts of each capture, about a second long.
CREATE TABLE time_window (
	id INTEGER PRIMARY KEY,
	compared INTEGER NOT NULL REFERENCES compared (id),
	side INTEGER NOT NULL,
	number INTEGER NOT NULL,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	UNIQUE (compared, number)
);

-- How long each worker was watched in each window.
CREATE TABLE worker_window (
	time_window INTEGER NOT NULL REFERENCES time_window (id),
	rank INTEGER NOT NULL,
	worker_ns REAL NOT NULL,
	PRIMARY KEY (time_window, rank)
) WITHOUT ROWID;

-- How long, and how many times, each subject blocked in each window; no row: not at all.
CREATE TABLE subject_window (
	subject INTEGER NOT NULL REFERENCES subject (id),
	time_window INTEGER NOT NULL REFERENCES time_window (id),
	blocked_ns REAL NOT NULL,
	starts INTEGER NOT NULL,
	PRIMARY KEY (subject, time_window)
) WITHOUT ROWID;

-- Each subject's figures on each side.
CREATE TABLE figure (
	subject INTEGER NOT NULL REFERENCES subject (id),
	side INTEGER NOT NULL,
	count INTEGER NOT NULL,
	blocked_ns INTEGER NOT NULL,
	worker_ns REAL NOT NULL,
	seconds REAL NOT NULL,
	p50_ns INTEGER,
	p99_ns INTEGER,
	max_ns INTEGER,
	PRIMARY KEY (subject, side)
) WITHOUT ROWID;

-- What was found of each subject: written by analyzer/compare/judge.c.
CREATE TABLE change (
	subject INTEGER PRIMARY KEY REFERENCES subject (id),
	status TEXT NOT NULL,
	reason TEXT,
	change REAL,
	low REAL,
	high REAL,
	rate_low REAL,
	rate_high REAL,
	record_s REAL
);

-- What the rules of a check found: written by analyzer/compare/check.c.
CREATE TABLE finding (
	id INTEGER PRIMARY KEY,
	rule INTEGER NOT NULL,
	text TEXT NOT NULL,
	status TEXT NOT NULL,
	sentence TEXT NOT NULL,
	file TEXT,
	line INTEGER
);

-- The line of a site, as the capture that was added last has it.
CREATE VIEW latest_place AS
SELECT kind, crate, name, cause, file, line
FROM (SELECT *, row_number() OVER (PARTITION BY kind, crate, name, cause
		ORDER BY compared DESC) AS latest
	FROM place)
WHERE latest = 1;

-- The filters as a JSON object; no row: none was given.
CREATE VIEW filter_document AS
SELECT json_object('from', from_time, 'to', to_time, 'worker', worker, 'task', task, 'cause', cause,
	'match', match, 'min_ns', min_ns) AS text
FROM filter;

-- How did each rule end? The worst of its findings decides.
CREATE VIEW rule_result AS
SELECT rule, text,
	CASE WHEN max(status = 'fail') THEN 'fail'
		WHEN max(status = 'cannot tell') THEN 'cannot tell' ELSE 'pass' END AS status,
	group_concat(CASE WHEN status <> 'pass' THEN sentence END, '; ') AS sentence,
	json_group_array(json_object('status', status, 'sentence', sentence, 'file', file,
		'line', line)) AS findings
FROM (SELECT * FROM finding ORDER BY rule, id)
GROUP BY rule;

-- How many tasks of each type waited at each place on each side: of several captures on a side,
-- their mean. The line is the one after, if the place is there still. Dumps are of moments: there
-- is no row where a filter chooses a part, nor where a side has none.
CREATE VIEW waiting_change AS
WITH dumps AS (
	SELECT c.side, count(DISTINCT d.compared) AS dumps
	FROM compared AS c
	JOIN deadlock AS d ON d.compared = c.id
	GROUP BY c.side
), place AS (
	SELECT w.task, w.place, w.waits_in, w.outcome,
		coalesce(max(CASE WHEN c.side = 1 THEN w.file END), max(w.file)) AS file,
		coalesce(max(CASE WHEN c.side = 1 THEN w.line END), max(w.line)) AS line,
		total(w.tasks * (c.side = 0)) / (SELECT dumps FROM dumps WHERE side = 0) AS before,
		total(w.tasks * (c.side = 1)) / (SELECT dumps FROM dumps WHERE side = 1) AS after
	FROM waiting AS w
	JOIN compared AS c ON c.id = w.compared
	GROUP BY w.task, w.place, w.waits_in, w.outcome
)
SELECT nullif(task, '') AS task, nullif(place, '') AS place, file, line,
	nullif(waits_in, '') AS waits_in, nullif(outcome, '') AS outcome, before, after
FROM place
WHERE before IS NOT NULL AND after IS NOT NULL AND NOT EXISTS (SELECT 1 FROM filter);
