-- The chosen time: its length, and its start since that of the recording; how many polls there are.
SELECT t.end_ns - t.start_ns AS length_ns, t.start_ns - c.start_ns AS from_ns,
	(SELECT count(*) FROM blocking_poll AS b
		WHERE b.capture = t.capture AND NOT b.main) AS polls,
	:polls AS polls_shown
FROM chosen_time AS t
JOIN capture AS c ON c.id = t.capture
WHERE t.capture = :capture;
