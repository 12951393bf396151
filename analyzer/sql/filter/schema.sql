-- The filters, a row for each chosen capture; the threads that --worker chose, and the stacks that
-- --match matches.
CREATE TEMP TABLE filter (
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

CREATE TEMP TABLE filter_thread (
	thread INTEGER PRIMARY KEY
);

CREATE TEMP TABLE filter_stack (
	stack INTEGER PRIMARY KEY
);
