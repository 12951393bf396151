-- parks and polls of the stripped demo agree on where its workers keep their state
SELECT source = 'learned' AND parks > 0 AND polls > 0,
       source || ': ' || parks || ' parks, ' || polls || ' polls, ' || probe_hits || ' probe hits; '
       || coalesce(sentence, 'no sentence')
FROM runtime_layouts;
