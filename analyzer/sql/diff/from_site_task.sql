-- In which tasks did each site block by work of its own, which may be many short polls?
SELECT coalesce(s.crate, ''), s.function, s.cause, t.task
FROM site_task AS t
JOIN site AS s ON s.id = t.site
JOIN cause AS c ON c.name = s.cause AND c.work
WHERE s.capture = :capture;
