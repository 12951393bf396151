-- What a window over a recording that goes on needs beside the tables of a capture.
--
-- The database holds the window only. The tables held_ keep rows from before it, whole, as long as
-- something in the window began there; they are back in their tables while it is derived.
DROP VIEW filter;

CREATE TABLE filter (
	capture INTEGER PRIMARY KEY,
	from_ns INTEGER,
	to_ns INTEGER,
	worker TEXT,
	task TEXT,
	cause TEXT,
	match TEXT,
	min_ns INTEGER,
	site INTEGER
);

CREATE TABLE held_offcpu_span AS SELECT * FROM offcpu_span;

CREATE TABLE held_sample AS SELECT * FROM sample;

CREATE TABLE held_thread_window AS SELECT * FROM thread_window;

-- What was found out earlier and may not show in the window.
CREATE TABLE known_source (
	process INTEGER PRIMARY KEY,
	source TEXT NOT NULL
);

CREATE TABLE known_role (
	thread INTEGER PRIMARY KEY,
	role TEXT NOT NULL,
	scheduler TEXT
);

-- Polls as they were recorded, where deriving changed them.
CREATE TABLE poll_recorded (
	id INTEGER PRIMARY KEY,
	open INTEGER NOT NULL,
	end_max_ns INTEGER,
	upper_bound INTEGER NOT NULL,
	unobserved INTEGER NOT NULL
);

CREATE TRIGGER poll_changed AFTER UPDATE ON poll
BEGIN
	INSERT OR IGNORE INTO poll_recorded (id, open, end_max_ns, upper_bound, unobserved)
	VALUES (old.id, old.open, old.end_max_ns, old.upper_bound, old.unobserved);
END;

-- Sums of all blocking polls that have ended, by site, since the session began.
CREATE TABLE site_total (
	function TEXT NOT NULL,
	crate TEXT NOT NULL,
	cause TEXT NOT NULL,
	file TEXT,
	line INTEGER,
	count INTEGER NOT NULL,
	total_ns INTEGER NOT NULL,
	max_ns INTEGER NOT NULL,
	last_ns INTEGER NOT NULL,
	PRIMARY KEY (function, crate, cause)
) WITHOUT ROWID;

-- Blocking polls that went on at the end of the window, whole.
CREATE TABLE open_block (
	thread INTEGER NOT NULL,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	blocked_ns INTEGER NOT NULL,
	task TEXT,
	function TEXT,
	cause TEXT,
	frame INTEGER,
	main INTEGER NOT NULL DEFAULT 0,
	printed INTEGER NOT NULL DEFAULT 0,
	PRIMARY KEY (thread, start_ns)
) WITHOUT ROWID;

-- The latest blocking polls that have ended, whole.
CREATE TABLE ended_block (
	id INTEGER PRIMARY KEY,
	thread INTEGER NOT NULL,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	blocked_ns INTEGER NOT NULL,
	task TEXT,
	function TEXT,
	cause TEXT,
	frame INTEGER,
	main INTEGER NOT NULL DEFAULT 0,
	printed INTEGER NOT NULL DEFAULT 0
);

-- Dumps of tasks that are dropped now (prune_dump.sql).
CREATE TABLE dropped_dump (dump INTEGER PRIMARY KEY);
