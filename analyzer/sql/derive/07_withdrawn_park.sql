-- Which sleeps were taken for parks by a layout that was withdrawn?
--
-- What was learned of a process and contradicted afterwards is believed of no time of it: its
-- parks are sleeps like others.
UPDATE thread_window
SET sleep_ns = sleep_ns + parked_ns, parked_ns = 0
WHERE capture = :capture
	AND parked_ns > 0
	AND thread IN (SELECT t.id FROM thread AS t
		JOIN layout AS l ON l.process = t.process WHERE l.withdrawn);
