-- Which sites have a chosen slice?
INSERT INTO temp.site
SELECT r.*
FROM main.site AS r
WHERE r.id IN (SELECT site FROM temp.slice);
