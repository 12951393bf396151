-- Stacks, and the frames that they consist of.

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
	callback INTEGER,
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
