-- The tables of an analysis: what a capture has recorded, and what sql/derive/ computes from it.
-- docs/SCHEMA.md explains every column. Times are nanoseconds on CLOCK_MONOTONIC.

-- Databases of another version are refused: to be raised when tables, views or columns change.
PRAGMA user_version = 13;

CREATE TABLE schema_info (
	name TEXT PRIMARY KEY,
	value TEXT NOT NULL
) WITHOUT ROWID;

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

CREATE TABLE frame (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	binary INTEGER REFERENCES binary (id),
	file_offset INTEGER,
	inline_depth INTEGER NOT NULL,
	function TEXT NOT NULL,
	site TEXT NOT NULL,
	crate TEXT,
	file TEXT,
	line INTEGER,
	column INTEGER,
	decl_file TEXT,
	decl_line INTEGER,
	task_type TEXT,
	origin TEXT NOT NULL,
	inlined INTEGER NOT NULL,
	generated INTEGER NOT NULL,
	runs INTEGER REFERENCES frame (id)
);

CREATE TABLE frame_alias (
	frame INTEGER NOT NULL REFERENCES frame (id),
	function TEXT NOT NULL,
	PRIMARY KEY (frame, function)
) WITHOUT ROWID;

CREATE TABLE stack (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	kind TEXT NOT NULL,
	process INTEGER REFERENCES process (id),
	depth INTEGER NOT NULL,
	stop TEXT NOT NULL,
	whole_frames INTEGER,
	class TEXT,
	complete INTEGER,
	pool_idle INTEGER,
	site_position INTEGER,
	entry_position INTEGER,
	boundary_position INTEGER,
	poll_position INTEGER,
	site_frame INTEGER REFERENCES frame (id),
	entry_frame INTEGER REFERENCES frame (id),
	boundary_frame INTEGER REFERENCES frame (id),
	poll_frame INTEGER REFERENCES frame (id),
	task TEXT,
	scheduler TEXT,
	waits_for TEXT
);

CREATE TABLE stack_frame (
	stack INTEGER NOT NULL REFERENCES stack (id),
	position INTEGER NOT NULL,
	frame INTEGER NOT NULL REFERENCES frame (id),
	PRIMARY KEY (stack, position)
) WITHOUT ROWID;

CREATE TABLE tail_call (
	stack INTEGER PRIMARY KEY REFERENCES stack (id),
	position INTEGER NOT NULL
);

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

CREATE TABLE cpu_quota (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	time_ns INTEGER NOT NULL,
	process INTEGER NOT NULL REFERENCES process (id),
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

CREATE TABLE dumped_task (
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
	origin TEXT
);

CREATE TABLE task_frame (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	dump INTEGER NOT NULL,
	dumped_task INTEGER NOT NULL REFERENCES dumped_task (id),
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

CREATE TABLE clock (
	id INTEGER PRIMARY KEY,
	capture INTEGER NOT NULL REFERENCES capture (id),
	monotonic_ns INTEGER NOT NULL,
	realtime_ns INTEGER NOT NULL
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
	samples INTEGER
);

CREATE TABLE site_poll (
	blocking_poll INTEGER NOT NULL REFERENCES blocking_poll (id),
	site INTEGER NOT NULL REFERENCES site (id),
	capture INTEGER NOT NULL REFERENCES capture (id),
	wall_ns INTEGER NOT NULL,
	run_queue_ns INTEGER NOT NULL,
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
