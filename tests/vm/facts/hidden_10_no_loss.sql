-- nothing was lost with hidden addresses
SELECT COALESCE(sum(count), 0) = 0, COALESCE(group_concat(cause || ' ' || count, '; '), 'none')
FROM (SELECT cause, sum(count) AS count FROM loss GROUP BY cause);
