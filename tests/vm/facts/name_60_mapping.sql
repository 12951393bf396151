-- code mapped while recording has its build-id, and samples in it name their function
WITH copies AS (
	SELECT b.build_id FROM mapping m LEFT JOIN binary b ON b.id = m.binary
	WHERE m.from_ns > (SELECT start_ns FROM capture) AND NOT m.vdso
), samples AS (
	SELECT s.id FROM sample s JOIN stack_frame sf ON sf.stack = s.user_stack AND sf.position = 0
	JOIN frame f ON f.id = sf.frame WHERE f.function = 'spin_in_a_copy'
)
SELECT (SELECT count(*) FROM copies) >= 2 AND (SELECT count(build_id) = count(*) FROM copies)
       AND (SELECT count(DISTINCT build_id) FROM binary WHERE path LIKE '%/blocker') = 1
       AND (SELECT count(*) FROM samples) >= 4,
       (SELECT count(*) FROM copies) || ' mappings; build-id '
       || COALESCE((SELECT max(build_id) FROM copies), 'none') || '; '
       || (SELECT count(*) FROM samples) || ' samples in them';
