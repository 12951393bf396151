-- The frames of these stacks.
SELECT min(rowid) AS frame, name, file, line, origin
FROM stack_frame
GROUP BY name, file, line, origin;
