-- Whose unwind rows came while recording, and how many stacks were taken before?
SELECT path, stacks, after_ns
FROM late_unwind_rows
WHERE capture = :capture
ORDER BY stacks DESC, path;
