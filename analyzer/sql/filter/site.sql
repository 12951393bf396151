-- Which sites are left?
INSERT INTO temp.site
SELECT r.*
FROM main.site AS r
WHERE r.id IN (SELECT site FROM temp.slice);
