-- A thread that was a worker earlier is one, also in a window in which it did nothing.
UPDATE thread_role
SET role = k.role, scheduler = coalesce(thread_role.scheduler, k.scheduler)
FROM known_role AS k
JOIN role AS earlier ON earlier.name = k.role
WHERE k.thread = thread_role.thread
	AND earlier.rank >= (SELECT r.rank FROM role AS r WHERE r.name = thread_role.role);

INSERT OR REPLACE INTO known_role (thread, role, scheduler)
SELECT thread, role, scheduler FROM thread_role
WHERE capture = :capture AND role <> 'unknown';
