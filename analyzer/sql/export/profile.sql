-- Stacks with their time. :kind as in profile_stack; :cause: of blocking polls only those parts;
-- NULL: all.
SELECT stack, ns, count, cause, site, function
FROM profile_stack
WHERE capture = :capture AND kind = :kind AND (:cause IS NULL OR cause = :cause)
ORDER BY ns DESC, site, stack
LIMIT :top;
