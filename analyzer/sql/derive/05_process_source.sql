-- How are the polls of each process known: by its runtime's own state, or by stacks alone?
--
-- `stack`: no state was read, or it is not believed. A layout of the state that was taken from a
-- similar build (unsure) is believed when stacks confirm it: enough observations
-- (guess_agreeing_min), parks and polls among them, whose stack says what the state says, and few
-- (guess_contradicting_percent_max) that contradict it. A wrong layout reads random words and is
-- wrong nearly always; a stack without debug information is wrong now and then.
-- analyzer/derive/state_agreement.c counts both.
-- Nor is one believed that was learned from the process itself and contradicted afterwards.
-- Of threads that only parked there may be no observation: their windows say that they did.
-- `exact`: the state is believed, and the probes of hud-record --polls were attached for a time,
-- and saw polls of this process, or of none. (A program may have no poll that is cheap to probe.)
-- `passive`: the state is believed.
INSERT INTO process_source (process, capture, source, agreeing, contradicting)
WITH counted AS MATERIALIZED (
	SELECT t.process, max(a.state_known) AS state_known, max(a.unsure) AS unsure,
		sum(a.agreeing_parks) + sum(a.agreeing_polls) AS agreeing,
		sum(a.contradicting) AS contradicting,
		sum(a.agreeing_parks) AS parks, sum(a.agreeing_polls) AS polls
	FROM state_agreement(:capture) AS a
	JOIN thread AS t ON t.id = a.thread
	GROUP BY t.process
)
SELECT p.id, p.capture,
	CASE
	WHEN NOT coalesce(k.state_known, 0) AND NOT (EXISTS (SELECT 1 FROM layout AS l
			WHERE l.process = p.id AND l.source IN ('debug', 'learned'))
		AND EXISTS (SELECT 1 FROM thread_window AS w
			WHERE w.capture = p.capture AND w.parked_ns > 0
			AND w.thread IN (SELECT t.id FROM thread AS t WHERE t.process = p.id)))
		THEN 'stack'
	WHEN EXISTS (SELECT 1 FROM layout AS l WHERE l.process = p.id AND l.withdrawn) THEN 'stack'
	WHEN k.unsure AND (100 * k.contradicting > n.guess_contradicting_percent_max * k.agreeing
		OR k.agreeing < n.guess_agreeing_min OR k.parks = 0 OR k.polls = 0) THEN 'stack'
	WHEN EXISTS (SELECT 1 FROM probe_state AS s WHERE s.capture = p.capture AND s.attached)
		AND (EXISTS (SELECT 1 FROM poll_site AS l WHERE l.process = p.id)
			OR NOT EXISTS (SELECT 1 FROM poll_site AS l WHERE l.capture = p.capture))
		THEN 'exact'
	ELSE 'passive'
	END, coalesce(k.agreeing, 0), coalesce(k.contradicting, 0)
FROM process AS p
JOIN constant AS n
LEFT JOIN counted AS k ON k.process = p.id
WHERE p.capture = :capture;
