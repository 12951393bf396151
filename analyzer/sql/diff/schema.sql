-- Where two sides of a comparison are put together: side 0 is before, side 1 after.
-- Times are nanoseconds since the beginning of each capture, or of what --from chose of it.

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
	loss_percent REAL NOT NULL,
	truncated INTEGER NOT NULL,
	level TEXT NOT NULL,
	reason TEXT,
	sentence TEXT NOT NULL,
	unclassified INTEGER NOT NULL,
	classified_percent REAL NOT NULL,
	windows INTEGER NOT NULL
);

-- The filters as they were given, the same for each capture; no row: none was.
CREATE TABLE filter (
	from_time TEXT,
	to_time TEXT,
	worker TEXT,
	task TEXT,
	cause TEXT,
	match TEXT,
	min_ns INTEGER
);

-- As they come: one row for each blocking poll of each thing it counts for.
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

CREATE TABLE worker_time (
	compared INTEGER NOT NULL,
	rank INTEGER NOT NULL,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	wall_ns INTEGER NOT NULL
);

CREATE TABLE unproven (
	compared INTEGER NOT NULL,
	task TEXT NOT NULL
);

CREATE TABLE site_of_task (
	compared INTEGER NOT NULL,
	crate TEXT NOT NULL,
	name TEXT NOT NULL,
	cause TEXT NOT NULL,
	task TEXT NOT NULL
);

CREATE TABLE place (
	compared INTEGER NOT NULL,
	crate TEXT NOT NULL,
	name TEXT NOT NULL,
	cause TEXT NOT NULL,
	file TEXT,
	line INTEGER
);

-- Made of these by the files diff_NN_*.sql.
CREATE TABLE subject (
	id INTEGER PRIMARY KEY,
	kind TEXT NOT NULL,
	crate TEXT NOT NULL,
	name TEXT NOT NULL,
	cause TEXT NOT NULL,
	bystander INTEGER NOT NULL DEFAULT 0, -- see sql/diff/derive/70_bystander.sql
	UNIQUE (kind, crate, name, cause)
);

CREATE TABLE block (
	subject INTEGER NOT NULL REFERENCES subject (id),
	compared INTEGER NOT NULL REFERENCES compared (id),
	side INTEGER NOT NULL,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	wall_ns INTEGER NOT NULL
);

CREATE TABLE time_window (
	id INTEGER PRIMARY KEY,
	compared INTEGER NOT NULL REFERENCES compared (id),
	side INTEGER NOT NULL,
	number INTEGER NOT NULL,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	UNIQUE (compared, number)
);

CREATE TABLE worker_window (
	time_window INTEGER NOT NULL REFERENCES time_window (id),
	rank INTEGER NOT NULL,
	worker_ns REAL NOT NULL,
	PRIMARY KEY (time_window, rank)
) WITHOUT ROWID;

CREATE TABLE subject_window (
	subject INTEGER NOT NULL REFERENCES subject (id),
	time_window INTEGER NOT NULL REFERENCES time_window (id),
	blocked_ns REAL NOT NULL,
	starts INTEGER NOT NULL,
	PRIMARY KEY (subject, time_window)
) WITHOUT ROWID;

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

-- What the rules of a check found.
CREATE TABLE finding (
	id INTEGER PRIMARY KEY,
	rule INTEGER NOT NULL,
	text TEXT NOT NULL,
	status TEXT NOT NULL,
	sentence TEXT NOT NULL,
	file TEXT,
	line INTEGER
);
