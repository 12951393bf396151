-- Which polls that were recorded while they went on have ended since, with no record of their end?
--
-- hud-record reports a poll that sleeps as open, once a second, and as ended if it certainly lasted
-- for the threshold. Where the kernel hid when it woke up, the certain part can be shorter. A
-- thread that was seen in a later poll has left the one before: it is open no more, and lasted at
-- least until it was last seen.
UPDATE poll SET open = 0, end_max_ns = (SELECT min(n.start_max_ns) FROM poll AS n
	WHERE n.thread = poll.thread AND n.start_max_ns >= poll.end_min_ns)
WHERE capture = :capture AND open
	AND EXISTS (SELECT 1 FROM poll AS n
		WHERE n.thread = poll.thread AND n.start_max_ns >= poll.end_min_ns
			AND n.start_max_ns > poll.start_max_ns);
