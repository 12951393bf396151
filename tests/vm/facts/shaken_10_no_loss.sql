-- nothing is lost while the clock is set and a processor goes and comes
SELECT COALESCE(sum(count), 0) = 0, COALESCE(group_concat(cause || ' ' || count, '; '), 'none')
FROM (SELECT cause, sum(count) AS count FROM loss GROUP BY cause);
