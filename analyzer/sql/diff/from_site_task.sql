-- In which tasks did each site block?
SELECT coalesce(s.crate, ''), s.function, s.cause, t.task
FROM site_task AS t
JOIN site AS s ON s.id = t.site
WHERE s.capture = :capture;
