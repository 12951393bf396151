-- Which capture is on this side twice?
SELECT a.capture_id, coalesce(a.file, 'standard input') AS first,
	coalesce(b.file, 'standard input') AS second
FROM compared AS a
JOIN compared AS b ON b.side = a.side AND b.capture_id = a.capture_id AND b.id > a.id
WHERE a.side = :side;
