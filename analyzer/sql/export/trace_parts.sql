-- The sites of one blocking poll, the most time first.
SELECT p.site, s.function, s.cause, p.blocked_ns
FROM site_poll AS p
JOIN site AS s ON s.id = p.site
WHERE p.blocking_poll = :poll
ORDER BY blocked_ns DESC, p.site;
