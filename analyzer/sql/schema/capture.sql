-- What was recorded, on which machine, of which processes and files; what it cost and lost.

CREATE TABLE capture (
	id INTEGER PRIMARY KEY,
	capture_id TEXT NOT NULL UNIQUE,
	file TEXT,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	start_realtime_ns INTEGER,
	threshold_ns INTEGER NOT NULL,
	sample_hz INTEGER,
	profile_hz INTEGER,
	window_ns INTEGER,
	cpus INTEGER,
	machine INTEGER,
	source TEXT,
	page_bytes INTEGER,
	kernel TEXT,
	recorder TEXT,
	command TEXT,
	features INTEGER,
	workers_prefix TEXT,
	bytes INTEGER NOT NULL,
	chunks INTEGER NOT NULL,
	repeated_chunks INTEGER NOT NULL,
	events INTEGER NOT NULL,
	truncated INTEGER NOT NULL,
	end_reason TEXT,
	end_detail INTEGER,
	part_from_ns INTEGER
);

CREATE TABLE process (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	pid INTEGER NOT NULL,
	start_ns INTEGER,
	name TEXT,
	executable TEXT
);

CREATE TABLE binary (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	path TEXT,
	build_id TEXT,
	text_hash TEXT,
	symbols TEXT NOT NULL,
	symbol_file TEXT,
	problem TEXT,
	has_runtime INTEGER
);

CREATE TABLE mapping (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	process INTEGER NOT NULL REFERENCES process (id),
	binary INTEGER REFERENCES binary (id),
	start_address INTEGER NOT NULL,
	end_address INTEGER NOT NULL,
	file_offset INTEGER NOT NULL,
	from_ns INTEGER NOT NULL,
	vdso INTEGER NOT NULL,
	anonymous INTEGER NOT NULL
);

CREATE TABLE thread (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	process INTEGER NOT NULL REFERENCES process (id),
	tid INTEGER NOT NULL,
	comm TEXT,
	start_ns INTEGER,
	exit_ns INTEGER
);

CREATE TABLE loss (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	cause TEXT NOT NULL,
	unit TEXT NOT NULL,
	count INTEGER NOT NULL,
	from_ns INTEGER,
	to_ns INTEGER
);

CREATE TABLE cost (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	time_ns INTEGER NOT NULL,
	recorder_cpu_ns INTEGER NOT NULL,
	rss_bytes INTEGER NOT NULL,
	bpf_run_ns INTEGER,
	bpf_runs INTEGER,
	bpf_measured_ns INTEGER NOT NULL
);

CREATE TABLE clock (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	monotonic_ns INTEGER NOT NULL,
	realtime_ns INTEGER NOT NULL
);

CREATE TABLE probe_state (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	time_ns INTEGER NOT NULL,
	attached INTEGER NOT NULL,
	given_up INTEGER NOT NULL,
	sites INTEGER NOT NULL,
	costly_sites INTEGER NOT NULL,
	probe_cost_ns INTEGER NOT NULL,
	cost_permille INTEGER NOT NULL,
	spawns INTEGER NOT NULL,
	wakes INTEGER NOT NULL,
	ends INTEGER NOT NULL
);

CREATE TABLE mark (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	time_ns INTEGER NOT NULL,
	text TEXT NOT NULL
);

CREATE TABLE waker (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	time_ns INTEGER NOT NULL,
	pid INTEGER NOT NULL,
	name TEXT NOT NULL
);

CREATE TABLE late_rows (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	path TEXT NOT NULL,
	stacks INTEGER NOT NULL,
	time_ns INTEGER
);

CREATE TABLE runtime_object (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	process INTEGER NOT NULL REFERENCES process (id),
	number INTEGER NOT NULL,
	path TEXT NOT NULL
);

CREATE TABLE layout (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	time_ns INTEGER NOT NULL,
	process INTEGER NOT NULL REFERENCES process (id),
	object INTEGER NOT NULL,
	source TEXT NOT NULL,
	reason TEXT,
	remedy TEXT,
	task_known INTEGER NOT NULL,
	tick_known INTEGER NOT NULL,
	partial INTEGER NOT NULL,
	earlier INTEGER NOT NULL,
	withdrawn INTEGER NOT NULL,
	parks INTEGER NOT NULL,
	polls INTEGER NOT NULL,
	cores INTEGER NOT NULL,
	threads INTEGER NOT NULL,
	tasks INTEGER NOT NULL,
	ticks INTEGER NOT NULL,
	snapshots INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	took_ns INTEGER NOT NULL,
	probe_hits INTEGER NOT NULL,
	bpf_run_ns INTEGER NOT NULL,
	contradictions INTEGER NOT NULL
);
