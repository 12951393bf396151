-- Where do tasks wait on each side, those places first where their number changed the most?
SELECT task, place, file, line, waits_in, outcome, before, after
FROM waiting_change
ORDER BY abs(after - before) DESC, after DESC, task, place, waits_in, outcome;
