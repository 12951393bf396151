-- What is to be done about each site, and which function in its stacks says so?
SELECT a.site, s.function, s.cause, a.function AS observation, a.advice, a.documentation
FROM site_advice AS a
JOIN site AS s ON s.id = a.site
JOIN site_figures AS f ON f.site = a.site
WHERE a.capture = :capture
ORDER BY f.total_ns DESC, s.function, s.cause
LIMIT :top;
