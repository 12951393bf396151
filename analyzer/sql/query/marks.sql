-- Which marks were set while the recording went on, and when?
SELECT at_ns, text
FROM marks
WHERE capture = :capture
ORDER BY at_ns
LIMIT :top;
