-- Which binaries were mapped, what is known of their functions, and what can be done about the
-- rest?
--
-- program: it is the executable of a recorded process, but not of one that ran no worker and became
-- another by exec, as a shell script does. reason: why no names were found, in short. missing and
-- remedy: what cannot be shown without full debug information, and how it can be given; NULL:
-- nothing is missing.
CREATE VIEW binaries AS
SELECT b.capture, b.id AS binary, b.path, b.build_id, b.text_hash, b.symbols, b.symbol_file,
	b.problem,
	(SELECT count(*) FROM (SELECT DISTINCT file_offset FROM frame AS f WHERE f.binary = b.id))
		AS addresses,
	EXISTS (SELECT 1 FROM process AS p
		WHERE p.capture = b.capture AND p.executable = b.path
			AND (NOT EXISTS (SELECT 1 FROM lifecycle AS l
					WHERE l.process = p.id AND l.kind = 'process-exec')
				OR EXISTS (SELECT 1 FROM worker AS w
					JOIN thread AS t ON t.id = w.thread
					WHERE t.process = p.id))) AS program,
	CASE
	WHEN b.symbols NOT IN ('none', 'dynsym') THEN NULL
	WHEN instr(b.problem, ' is another build') THEN
		b.path || ' is another build than the one that was recorded'
	WHEN b.problem IS NOT NULL THEN b.problem
	ELSE b.path || ' has no symbols'
	END AS reason,
	CASE b.symbols
	WHEN 'dwarf' THEN CASE WHEN b.problem IS NOT NULL THEN 'some functions have no lines, and '
		|| 'what was inlined appears as the one it was inlined into' END
	WHEN 'none' THEN 'no function has a name, and the runtime''s code looks like yours'
	WHEN 'dynsym' THEN 'only exported functions have names, and the runtime''s code looks '
		|| 'like yours'
	ELSE
		'no lines are known, and inlined functions appear as the one they were inlined into'
	END AS missing,
	CASE
	WHEN b.symbols = 'dwarf' THEN b.problem
	WHEN b.symbols = 'symtab' THEN
		'build with debug = "line-tables-only" and without strip, or give its debug file '
		|| 'with --debug-dir'
	WHEN instr(b.problem, ' is another build')
		THEN 'give the recorded build with --binary, or its debug file with --debug-dir'
	WHEN instr(b.problem, ': No such file') THEN 'give the unstripped file with --binary, or '
		|| 'record with --save-binaries DIR'
	ELSE 'give the unstripped file with --binary, or its debug file with --debug-dir'
	END AS remedy
FROM binary AS b;
