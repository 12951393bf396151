-- Tasks: what dumps read of them, and what was followed of each.

CREATE TABLE runtime_thread (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	time_ns INTEGER NOT NULL,
	thread INTEGER NOT NULL REFERENCES thread (id),
	pool INTEGER NOT NULL
);

CREATE TABLE task_dump (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	dump INTEGER NOT NULL,
	process INTEGER NOT NULL REFERENCES process (id),
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	types INTEGER NOT NULL,
	cut INTEGER NOT NULL,
	runtimes INTEGER NOT NULL,
	tasks INTEGER NOT NULL,
	threads INTEGER NOT NULL,
	retries INTEGER NOT NULL,
	reads INTEGER NOT NULL,
	bytes INTEGER NOT NULL
);

CREATE TABLE task_runtime (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	dump INTEGER NOT NULL,
	process INTEGER NOT NULL REFERENCES process (id),
	owner INTEGER NOT NULL,
	scheduler TEXT,
	threads INTEGER NOT NULL,
	lists INTEGER NOT NULL,
	broken INTEGER NOT NULL,
	expected INTEGER,
	found INTEGER NOT NULL
);

CREATE TABLE dumped_future (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	dump INTEGER NOT NULL,
	process INTEGER NOT NULL REFERENCES process (id),
	task_id INTEGER NOT NULL,
	owner INTEGER NOT NULL,
	state INTEGER NOT NULL,
	site_stack INTEGER REFERENCES stack (id),
	tid INTEGER,
	outcome TEXT NOT NULL,
	finished INTEGER NOT NULL,
	woken INTEGER NOT NULL,
	cancelled INTEGER NOT NULL,
	main INTEGER NOT NULL,
	chain INTEGER
);

CREATE TABLE task_pool (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	dump INTEGER NOT NULL,
	process INTEGER NOT NULL REFERENCES process (id),
	pool INTEGER NOT NULL,
	scheduler TEXT,
	threads INTEGER,
	idle INTEGER,
	thread_limit INTEGER,
	workers INTEGER,
	queued INTEGER NOT NULL,
	listed INTEGER NOT NULL
);

CREATE TABLE queued_closure (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	dump INTEGER NOT NULL,
	process INTEGER NOT NULL REFERENCES process (id),
	pool INTEGER NOT NULL,
	task_id INTEGER NOT NULL,
	site_stack INTEGER REFERENCES stack (id)
);

CREATE TABLE task_thread (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	dump INTEGER NOT NULL,
	thread INTEGER NOT NULL REFERENCES thread (id),
	task_id INTEGER,
	syscall TEXT,
	cause TEXT NOT NULL,
	stack INTEGER REFERENCES stack (id)
);

CREATE TABLE task_type (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	process INTEGER NOT NULL REFERENCES process (id),
	name TEXT,
	file TEXT,
	line INTEGER,
	line_end INTEGER,
	origin TEXT,
	drops_guard INTEGER NOT NULL
);

CREATE TABLE task_frame (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	dump INTEGER NOT NULL,
	dumped_task INTEGER NOT NULL REFERENCES dumped_future (id),
	position INTEGER NOT NULL,
	parent INTEGER REFERENCES task_frame (id),
	depth INTEGER NOT NULL,
	kind TEXT NOT NULL,
	leaf TEXT,
	type INTEGER NOT NULL REFERENCES task_type (id),
	started INTEGER NOT NULL,
	suspended INTEGER NOT NULL,
	number INTEGER,
	resource INTEGER,
	permits INTEGER,
	closed INTEGER
);

CREATE TABLE followed_task (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	process INTEGER NOT NULL REFERENCES process (id),
	site_stack INTEGER REFERENCES stack (id),
	task_id INTEGER NOT NULL,
	parent_id INTEGER,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	spawned INTEGER NOT NULL,
	ended INTEGER NOT NULL,
	lost INTEGER NOT NULL,
	polls INTEGER NOT NULL,
	readies INTEGER NOT NULL,
	polled_ns INTEGER NOT NULL,
	ready_ns INTEGER NOT NULL,
	await_ns INTEGER NOT NULL,
	unknown_ns INTEGER NOT NULL,
	ready_max_ns INTEGER NOT NULL
);

CREATE TABLE followed_count (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	process INTEGER NOT NULL REFERENCES process (id),
	site_stack INTEGER REFERENCES stack (id),
	time_ns INTEGER NOT NULL,
	spawned INTEGER NOT NULL,
	found INTEGER NOT NULL,
	ended INTEGER NOT NULL,
	written INTEGER NOT NULL,
	unfollowed INTEGER NOT NULL,
	polls INTEGER NOT NULL,
	readies INTEGER NOT NULL,
	lived INTEGER NOT NULL,
	lived_ns INTEGER NOT NULL,
	polled_ns INTEGER NOT NULL,
	ready_ns INTEGER NOT NULL,
	await_ns INTEGER NOT NULL,
	unknown_ns INTEGER NOT NULL,
	ready_max_ns INTEGER NOT NULL
);
