-- By what may the polls of each process be known: its runtime's state, or stacks alone?
--
-- A layout of the runtime's state that came from a like build is believed when stacks bear it out:
-- twenty sightings at least, among them parks and polls, where the innermost role on the stack is
-- what the state says, and not one in a hundred where it is not: a wrong layout reads words at random
-- and is wrong nearly always, a stack without debug information now and then. What agrees and what
-- contradicts is told by analyzer/derive/state_agreement.c.
INSERT INTO process_source (process, capture, source, agreeing, contradicting)
WITH counted AS MATERIALIZED (
	SELECT t.process, max(a.told) AS told, max(a.unsure) AS unsure,
		sum(a.agreeing_parks) + sum(a.agreeing_polls) AS agreeing,
		sum(a.contradicting) AS contradicting,
		sum(a.agreeing_parks) AS parks, sum(a.agreeing_polls) AS polls
	FROM state_agreement(:capture) AS a
	JOIN thread AS t ON t.id = a.thread
	GROUP BY t.process
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
