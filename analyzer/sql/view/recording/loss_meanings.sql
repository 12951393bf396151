-- What does each cause of loss (docs/FORMAT.md) mean for the figures?
CREATE VIEW loss_meanings AS
SELECT column1 AS cause, column2 AS meaning
FROM (VALUES
	('ring-full', 'the recorder fell behind: waits, samples or polls are missing'),
	('stack-failed', 'where these threads slept or ran is not known; for how long is'),
	('stack-limit', 'threads slept more often than stacks may be taken: where is not known; '
		|| 'for how long is'),
	('thread-state', 'there was no memory to watch these threads: nothing of them is known'),
	('open-stack', 'where these threads slept at the start or the end is not known'),
	('chunk-damaged', 'a part of the file is not readable: what was in it is missing'),
	('chunk-missing', 'a part of the file is not there: what was in it is missing'),
	('mapping', 'of any programs of the machine; those of the recorded ones were read again '
		|| 'within a second: code that was mapped then may have no names until that'),
	('record-invalid', 'records that cannot be true were left out'),
	('clock-backward', 'sleeps that ended before they began were left out'),
	('unknown-process', 'of processes that ended before they could be described'),
	('unplanned', 'these files have no unwind rows: stacks through their code may end early'),
	('poll-site', 'these polls are in no histogram; those that blocked are sites all the same'),
	('switch-unseen', 'the kernel did not report these switches: what the threads did on the '
		|| 'CPU until the next one is not known'),
	('waker', 'who ended these sleeps is not known; the sleeps are'),
	('state-unread', 'the memory of the runtime was absent for a moment: what the thread did '
		|| 'there is known by its stack only'));
