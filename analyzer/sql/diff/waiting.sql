-- Where do tasks wait on each side, those places first where their number changed the most?
-- waits_at: "a::b, src/a.rs:3, in tokio::sync::mutex::Mutex::lock", or why it is not known.
SELECT task, before, after, coalesce(outcome, coalesce(place, '')
	|| coalesce(', ' || file || coalesce(':' || nullif(line, 0), ''), '')
	|| coalesce(', in ' || waits_in, '')) AS waits_at
FROM waiting_change
ORDER BY abs(after - before) DESC, after DESC, task, place, waits_in, outcome;
