-- Which polls that were recorded while they went on have ended since, with no record of their end?
--
-- hud-record reports a poll that sleeps as open, once a second, and as ended if it certainly lasted
-- for the threshold. Where the kernel hid when it woke up, the certain part can be shorter. A
-- thread that was seen in a later poll has left the one before: it is open no more, and lasted at
-- least until it was last seen.
UPDATE poll SET open = 0, end_max_ns = e.next_ns
FROM (SELECT p.id, min(n.start_max_ns) AS next_ns
	FROM poll AS p
	JOIN poll AS n ON n.thread = p.thread AND n.start_max_ns >= p.end_min_ns
		AND n.start_max_ns > p.start_max_ns
	WHERE p.capture = :capture AND p.open
	GROUP BY p.id) AS e
WHERE e.id = poll.id;
