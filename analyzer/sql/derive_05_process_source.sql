-- By what may the polls of each process be known: its runtime's state, or stacks alone?
--
-- A layout of the runtime's state that came from a like build is believed when stacks bear it out:
-- twenty sightings at least, among them parks and polls, where the innermost role on the stack is
-- what the state says, and not one in a hundred where it is not: a wrong layout reads words at random
-- and is wrong nearly always, a stack without debug information now and then. (A thread in no scheduler's context may well run the
-- runtime's own code: between two closures of the blocking pool it does. And a parked scheduler may seem
-- to run a root future: linkers fold a closure of block_on with one of the scheduler's.)
INSERT INTO process_source (process, capture, source, agreeing, contradicting)
WITH seen AS (
	SELECT thread, runtime_state, unsure, user_stack FROM offcpu_span WHERE capture = :capture
	UNION ALL
	SELECT thread, runtime_state, unsure, user_stack FROM sample WHERE capture = :capture
), judged AS (
	SELECT t.process, s.runtime_state, s.unsure,
		(s.runtime_state = 'park' AND k.class = 'park')
			OR (s.runtime_state = 'poll' AND k.class = 'poll') AS agrees,
		(s.runtime_state = 'park' AND k.class IN ('poll', 'pool', 'block-in-place'))
			OR (s.runtime_state = 'poll' AND k.class IN ('park', 'pool', 'block-in-place'))
			OR (s.runtime_state = 'outside' AND k.class = 'park')
			AS contradicts
	FROM seen AS s
	JOIN thread AS t ON t.id = s.thread
	LEFT JOIN stack AS k ON k.id = s.user_stack
), counted AS (
	SELECT process, max(runtime_state IS NOT NULL) AS told, max(unsure) AS unsure,
		coalesce(sum(agrees), 0) AS agreeing, coalesce(sum(contradicts), 0) AS contradicting,
		coalesce(sum(agrees AND runtime_state = 'park'), 0) AS parks,
		coalesce(sum(agrees AND runtime_state = 'poll'), 0) AS polls
	FROM judged
	GROUP BY process
)
SELECT p.id, p.capture,
	CASE
	WHEN NOT coalesce(k.told, 0) THEN 'stack'
	WHEN k.unsure AND (100 * k.contradicting > k.agreeing OR k.agreeing < 20 OR k.parks = 0 OR k.polls = 0)
		THEN 'stack'
	WHEN c.source = 'exact' THEN 'exact'
	ELSE 'passive'
	END, coalesce(k.agreeing, 0), coalesce(k.contradicting, 0)
FROM process AS p
JOIN capture AS c ON c.id = p.capture
LEFT JOIN counted AS k ON k.process = p.id
WHERE p.capture = :capture;
