-- What the rules say of runtimes, locks, crates, causes and advice: the same in every analysis.

CREATE TABLE runtime (
	name TEXT PRIMARY KEY,
	title TEXT NOT NULL
);

CREATE TABLE scheduler (
	name TEXT PRIMARY KEY,
	runtime TEXT NOT NULL REFERENCES runtime (name),
	single_threaded INTEGER NOT NULL
);

CREATE TABLE park_call (
	runtime TEXT NOT NULL REFERENCES runtime (name),
	syscall_name TEXT NOT NULL
);

CREATE TABLE channel_send (
	runtime TEXT NOT NULL REFERENCES runtime (name),
	future TEXT NOT NULL
);

CREATE TABLE local_set_function (
	runtime TEXT NOT NULL REFERENCES runtime (name),
	function TEXT NOT NULL
);

CREATE TABLE worker_name (
	runtime TEXT NOT NULL REFERENCES runtime (name),
	name TEXT NOT NULL
);

CREATE TABLE lock_function (
	function TEXT NOT NULL,
	limited INTEGER NOT NULL
);

CREATE TABLE primitive_crate (
	crate TEXT NOT NULL
);

CREATE TABLE cause (
	name TEXT PRIMARY KEY,
	about TEXT NOT NULL,
	work INTEGER NOT NULL
);

CREATE TABLE advice_rule (
	id INTEGER PRIMARY KEY,
	rule INTEGER NOT NULL,
	cause TEXT NOT NULL,
	function TEXT NOT NULL,
	condition TEXT,
	advice TEXT NOT NULL,
	documentation TEXT NOT NULL
);
