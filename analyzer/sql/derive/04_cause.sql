-- What does a thread wait for in a call that does not say it?
--
-- poll and select wait for any file. Some functions that call them wait for one kind only. What the
-- kernel knows (a disk, a lock) stays: cause_is_open() of analyzer/rules/cause.h has the same two.
-- analyzer/derive/observations.c does the same to what is in memory. Most captures have no such
-- stack: then no row is read.
UPDATE offcpu_span
SET cause = k.waits_for
FROM stack AS k
WHERE k.capture = :capture AND k.waits_for IS NOT NULL AND k.id = offcpu_span.user_stack
	AND offcpu_span.capture = :capture AND offcpu_span.syscall IS NOT NULL
	AND NOT offcpu_span.preempted AND offcpu_span.cause IN ('event', 'syscall')
	AND EXISTS (SELECT 1 FROM stack WHERE capture = :capture AND waits_for IS NOT NULL);

UPDATE sample
SET cause = k.waits_for
FROM stack AS k
WHERE k.capture = :capture AND k.waits_for IS NOT NULL AND k.id = sample.user_stack
	AND sample.capture = :capture AND sample.syscall IS NOT NULL
	AND sample.cause IN ('event', 'syscall')
	AND EXISTS (SELECT 1 FROM stack WHERE capture = :capture AND waits_for IS NOT NULL);
