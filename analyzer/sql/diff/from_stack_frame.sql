-- The frames of these stacks.
SELECT s.stack, s.position, coalesce(nullif(f.site, ''), 'unknown'), f.file, f.line, f.origin
FROM stack_frame AS s
JOIN frame AS f ON f.id = s.frame
WHERE s.stack IN (SELECT stack FROM profile_stack WHERE capture = :capture AND kind = 'blocked');
