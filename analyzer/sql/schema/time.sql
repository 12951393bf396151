-- What threads did, and when: off-CPU time, samples, polls, queues.

CREATE TABLE offcpu_span (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	thread INTEGER NOT NULL REFERENCES thread (id),
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	wakeup_ns INTEGER,
	run_queue_ns INTEGER NOT NULL,
	user_stack INTEGER REFERENCES stack (id),
	kernel_stack INTEGER REFERENCES stack (id),
	syscall INTEGER,
	syscall_name TEXT,
	cause TEXT NOT NULL,
	open INTEGER NOT NULL,
	at_attach INTEGER NOT NULL,
	preempted INTEGER NOT NULL,
	no_stack INTEGER NOT NULL,
	task_state INTEGER NOT NULL,
	cpu INTEGER NOT NULL,
	waker_pid INTEGER,
	waker_tid INTEGER,
	runtime_state TEXT,
	unsure INTEGER NOT NULL DEFAULT 0,
	poll_ns INTEGER,
	task_id INTEGER,
	waker_thread INTEGER REFERENCES thread (id),
	waker_stack INTEGER REFERENCES stack (id),
	next_stack INTEGER REFERENCES stack (id),
	UNIQUE (thread, start_ns)
);

CREATE TABLE sample (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	thread INTEGER NOT NULL REFERENCES thread (id),
	time_ns INTEGER NOT NULL,
	awake_ns INTEGER NOT NULL,
	waited_ns INTEGER NOT NULL,
	user_stack INTEGER REFERENCES stack (id),
	kernel_stack INTEGER REFERENCES stack (id),
	syscall INTEGER,
	syscall_name TEXT,
	cause TEXT NOT NULL,
	cpu INTEGER NOT NULL,
	profile INTEGER NOT NULL,
	no_stack INTEGER NOT NULL,
	runtime_state TEXT,
	unsure INTEGER NOT NULL DEFAULT 0,
	poll_ns INTEGER,
	task_id INTEGER
);

CREATE TABLE thread_window (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	thread INTEGER NOT NULL REFERENCES thread (id),
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	cpu_ns INTEGER NOT NULL,
	sleep_ns INTEGER NOT NULL,
	run_queue_ns INTEGER NOT NULL,
	sleeps INTEGER NOT NULL,
	preemptions INTEGER NOT NULL,
	parked_ns INTEGER NOT NULL,
	poll_sleep_ns INTEGER NOT NULL,
	maybe_parked_ns INTEGER NOT NULL,
	stolen_ns INTEGER NOT NULL,
	sample_gap_ns INTEGER NOT NULL,
	samples INTEGER NOT NULL,
	poll_samples INTEGER NOT NULL,
	polls INTEGER NOT NULL
);

CREATE TABLE poll (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	thread INTEGER NOT NULL REFERENCES thread (id),
	start_min_ns INTEGER,
	start_max_ns INTEGER NOT NULL,
	end_min_ns INTEGER NOT NULL,
	end_max_ns INTEGER,
	start_ns INTEGER NOT NULL,
	end_ns INTEGER NOT NULL,
	task_id INTEGER,
	sleep_ns INTEGER NOT NULL,
	run_queue_ns INTEGER NOT NULL,
	site_stack INTEGER REFERENCES stack (id),
	task TEXT,
	scheduler TEXT,
	samples INTEGER NOT NULL,
	ready_samples INTEGER NOT NULL,
	ready_sum INTEGER NOT NULL,
	ready_max INTEGER NOT NULL,
	left_queued INTEGER,
	next_polls INTEGER,
	next_sum_ns INTEGER,
	next_max_ns INTEGER,
	queued INTEGER,
	queued_since_ns INTEGER,
	open INTEGER NOT NULL,
	upper_bound INTEGER NOT NULL,
	start_exact INTEGER NOT NULL,
	end_exact INTEGER NOT NULL,
	unsure INTEGER NOT NULL,
	unobserved INTEGER NOT NULL DEFAULT 0,
	UNIQUE (thread, start_max_ns)
);

CREATE TABLE lifecycle (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	time_ns INTEGER NOT NULL,
	process INTEGER REFERENCES process (id),
	tid INTEGER NOT NULL,
	kind TEXT NOT NULL,
	detail INTEGER NOT NULL
);

CREATE TABLE cpu_quota (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	time_ns INTEGER NOT NULL,
	process INTEGER NOT NULL REFERENCES process (id),
	cgroup INTEGER NOT NULL,
	quota_ns INTEGER NOT NULL,
	period_ns INTEGER NOT NULL,
	periods INTEGER NOT NULL,
	throttled_periods INTEGER NOT NULL,
	throttled_ns INTEGER NOT NULL
);

CREATE TABLE pool_queue (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	time_ns INTEGER NOT NULL,
	process INTEGER NOT NULL REFERENCES process (id),
	pool INTEGER NOT NULL,
	since_ns INTEGER,
	tasks INTEGER NOT NULL,
	threads INTEGER,
	idle INTEGER,
	thread_limit INTEGER,
	workers INTEGER,
	scheduler TEXT
);

CREATE TABLE poll_site (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	process INTEGER NOT NULL REFERENCES process (id),
	stack INTEGER NOT NULL REFERENCES stack (id),
	polls INTEGER NOT NULL,
	total_ns INTEGER NOT NULL,
	max_ns INTEGER NOT NULL,
	task TEXT
);

CREATE TABLE poll_bucket (
	poll_site INTEGER NOT NULL REFERENCES poll_site (id),
	low_ns INTEGER NOT NULL,
	high_ns INTEGER,
	polls INTEGER NOT NULL,
	PRIMARY KEY (poll_site, low_ns)
) WITHOUT ROWID;
