-- Which short sleeps were parks?
--
-- While a layout of the runtime's state is a guess, short parks are counted apart
-- (maybe_parked_ns). Where process_source believes the state, they were parks.
UPDATE thread_window
SET sleep_ns = sleep_ns - maybe_parked_ns, parked_ns = parked_ns + maybe_parked_ns,
	maybe_parked_ns = 0
WHERE capture = :capture
	AND maybe_parked_ns > 0
	AND thread IN (SELECT t.id FROM thread AS t
		JOIN process_source AS q ON q.process = t.process WHERE q.source <> 'stack');
