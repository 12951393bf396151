-- What sql/derive/ computes from what was recorded.

CREATE TABLE process_source (
	process INTEGER PRIMARY KEY REFERENCES process (id),
	capture INTEGER NOT NULL REFERENCES capture (id),
	source TEXT NOT NULL,
	agreeing INTEGER NOT NULL,
	contradicting INTEGER NOT NULL
);

CREATE TABLE observation (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	thread INTEGER NOT NULL REFERENCES thread (id),
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	offcpu_span INTEGER REFERENCES offcpu_span (id),
	sample INTEGER REFERENCES sample (id),
	stack INTEGER REFERENCES stack (id),
	class TEXT NOT NULL,
	pool_idle INTEGER NOT NULL,
	without_core INTEGER NOT NULL,
	as_worker INTEGER NOT NULL,
	disjoint_from_ns INTEGER,
	run_queue_ns INTEGER
);

CREATE TABLE thread_summary (
	thread INTEGER PRIMARY KEY REFERENCES thread (id),
	capture INTEGER NOT NULL REFERENCES capture (id),
	first_ns INTEGER NOT NULL,
	last_ns INTEGER NOT NULL,
	samples INTEGER NOT NULL,
	poll_samples INTEGER NOT NULL,
	runtime_samples INTEGER NOT NULL,
	unknown_samples INTEGER NOT NULL,
	pool_samples INTEGER NOT NULL,
	block_in_place_samples INTEGER NOT NULL,
	root_samples INTEGER NOT NULL,
	not_worker_samples INTEGER NOT NULL,
	unclassified_samples INTEGER NOT NULL,
	slept_ns INTEGER NOT NULL,
	run_queue_ns INTEGER NOT NULL,
	longest_run_queue_ns INTEGER NOT NULL,
	unclassified_sleep_ns INTEGER NOT NULL,
	pool_busy_ns INTEGER NOT NULL,
	pool_idle_ns INTEGER NOT NULL,
	block_in_place_ns INTEGER NOT NULL,
	block_in_place_count INTEGER NOT NULL,
	root_ns INTEGER NOT NULL,
	root_count INTEGER NOT NULL,
	without_core_ns INTEGER NOT NULL,
	without_core_count INTEGER NOT NULL,
	seen_as_worker INTEGER NOT NULL,
	seen_in_pool INTEGER NOT NULL,
	seen_in_block_in_place INTEGER NOT NULL,
	seen_in_root INTEGER NOT NULL,
	seen_elsewhere INTEGER NOT NULL,
	scheduler TEXT
);

CREATE TABLE thread_totals (
	thread INTEGER PRIMARY KEY REFERENCES thread (id),
	capture INTEGER NOT NULL REFERENCES capture (id),
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	cpu_ns INTEGER NOT NULL,
	sleep_ns INTEGER NOT NULL,
	run_queue_ns INTEGER NOT NULL,
	parked_ns INTEGER NOT NULL,
	poll_sleep_ns INTEGER NOT NULL,
	poll_samples INTEGER NOT NULL
);

CREATE TABLE pool_peak (
	capture INTEGER PRIMARY KEY REFERENCES capture (id),
	busy INTEGER NOT NULL
);

CREATE TABLE thread_role (
	thread INTEGER PRIMARY KEY REFERENCES thread (id),
	capture INTEGER NOT NULL REFERENCES capture (id),
	role TEXT NOT NULL,
	scheduler TEXT
);

CREATE TABLE sample_run (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	thread INTEGER NOT NULL REFERENCES thread (id),
	awake_ns INTEGER NOT NULL,
	activity TEXT NOT NULL,
	poll INTEGER NOT NULL,
	task TEXT,
	samples INTEGER NOT NULL,
	first_ns INTEGER NOT NULL,
	last_ns INTEGER NOT NULL,
	waited_ns INTEGER NOT NULL
);

CREATE TABLE activity_proof (
	capture INTEGER NOT NULL REFERENCES capture (id),
	activity TEXT NOT NULL,
	runs INTEGER NOT NULL,
	interruptions INTEGER NOT NULL,
	proven INTEGER NOT NULL,
	PRIMARY KEY (capture, activity)
) WITHOUT ROWID;

CREATE TABLE blocking_poll (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	thread INTEGER NOT NULL REFERENCES thread (id),
	kind TEXT NOT NULL,
	offcpu_span INTEGER REFERENCES offcpu_span (id),
	sample_run INTEGER REFERENCES sample_run (id),
	poll INTEGER REFERENCES poll (id),
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	wall_ns INTEGER NOT NULL,
	run_queue_ns INTEGER NOT NULL,
	blocked_ns INTEGER GENERATED ALWAYS AS (wall_ns - run_queue_ns) VIRTUAL,
	open INTEGER NOT NULL,
	bounds TEXT NOT NULL,
	source TEXT NOT NULL,
	task TEXT,
	main INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE site (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	crate TEXT,
	function TEXT NOT NULL,
	cause TEXT NOT NULL,
	origin TEXT NOT NULL,
	main INTEGER NOT NULL
);

CREATE TABLE slice (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	blocking_poll INTEGER NOT NULL REFERENCES blocking_poll (id),
	site INTEGER NOT NULL REFERENCES site (id),
	stack INTEGER REFERENCES stack (id),
	frame INTEGER REFERENCES frame (id),
	offcpu_span INTEGER REFERENCES offcpu_span (id),
	wall_ns INTEGER NOT NULL,
	run_queue_ns INTEGER NOT NULL,
	blocked_ns INTEGER GENERATED ALWAYS AS (wall_ns - run_queue_ns) VIRTUAL,
	samples INTEGER
);

CREATE TABLE site_poll (
	blocking_poll INTEGER NOT NULL REFERENCES blocking_poll (id),
	site INTEGER NOT NULL REFERENCES site (id),
	capture INTEGER NOT NULL REFERENCES capture (id),
	wall_ns INTEGER NOT NULL,
	run_queue_ns INTEGER NOT NULL,
	blocked_ns INTEGER GENERATED ALWAYS AS (wall_ns - run_queue_ns) VIRTUAL,
	open INTEGER NOT NULL,
	at_attach INTEGER NOT NULL,
	PRIMARY KEY (blocking_poll, site)
) WITHOUT ROWID;

CREATE TABLE site_time (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	site INTEGER NOT NULL REFERENCES site (id),
	stack INTEGER REFERENCES stack (id),
	frame INTEGER REFERENCES frame (id),
	slept INTEGER NOT NULL,
	woken INTEGER NOT NULL,
	open INTEGER NOT NULL,
	waker_stack INTEGER REFERENCES stack (id),
	waker_thread INTEGER REFERENCES thread (id),
	waker_pid INTEGER,
	count INTEGER NOT NULL,
	blocked_ns INTEGER NOT NULL
);

CREATE TABLE wait_chain (
	offcpu_span INTEGER PRIMARY KEY REFERENCES offcpu_span (id),
	capture INTEGER NOT NULL REFERENCES capture (id),
	last_span INTEGER NOT NULL REFERENCES offcpu_span (id),
	waits INTEGER NOT NULL
);

CREATE TABLE worker (
	thread INTEGER PRIMARY KEY REFERENCES thread (id),
	capture INTEGER NOT NULL REFERENCES capture (id),
	wall_ns INTEGER NOT NULL,
	poll_cpu_ns INTEGER NOT NULL,
	poll_offcpu_ns INTEGER NOT NULL,
	run_queue_ns INTEGER NOT NULL,
	parked_ns INTEGER NOT NULL,
	runtime_ns INTEGER NOT NULL,
	unknown_ns INTEGER NOT NULL,
	blocking_ns INTEGER NOT NULL,
	blocking_polls INTEGER NOT NULL,
	short_sleep_ns INTEGER NOT NULL,
	other_ns INTEGER NOT NULL
);

CREATE TABLE timeline (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	thread INTEGER NOT NULL REFERENCES thread (id),
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	poll_cpu_ns INTEGER NOT NULL,
	poll_offcpu_ns INTEGER NOT NULL,
	run_queue_ns INTEGER NOT NULL,
	parked_ns INTEGER NOT NULL,
	runtime_ns INTEGER NOT NULL,
	unknown_ns INTEGER NOT NULL,
	other_ns INTEGER NOT NULL
);

CREATE TABLE task_place (
	dumped_task INTEGER PRIMARY KEY REFERENCES dumped_future (id),
	capture INTEGER NOT NULL REFERENCES capture (id),
	place INTEGER REFERENCES task_frame (id),
	waits INTEGER NOT NULL,
	wait INTEGER REFERENCES task_frame (id)
);
