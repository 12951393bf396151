-- Which type of task does each poll site poll?
--
-- The site's own symbol says it where debug information has its types. Else the blocking polls of
-- the site do, if they agree.
WITH agreed AS MATERIALIZED (
	SELECT p.site_stack, min(b.task) AS task
	FROM blocking_poll AS b
	JOIN poll AS p ON p.id = b.poll
	WHERE b.capture = :capture AND b.task IS NOT NULL
	GROUP BY p.site_stack
	HAVING count(DISTINCT b.task) = 1
)
UPDATE poll_site SET task = coalesce(
	(SELECT k.task FROM stack AS k WHERE k.id = poll_site.stack),
	(SELECT a.task FROM agreed AS a WHERE a.site_stack = poll_site.stack))
WHERE capture = :capture;
