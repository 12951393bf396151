-- Which short sleeps were parks, where the layout of the runtime's state is a guess that turned out right?
UPDATE thread_window
SET sleep_ns = sleep_ns - maybe_parked_ns, parked_ns = parked_ns + maybe_parked_ns, maybe_parked_ns = 0
WHERE capture = :capture
	AND maybe_parked_ns > 0
	AND thread IN (SELECT t.id FROM thread AS t JOIN process_source AS q ON q.process = t.process
		WHERE q.source <> 'stack');
