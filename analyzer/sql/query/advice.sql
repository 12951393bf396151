-- What can be done about each site, and which function in its stacks shows it?
SELECT site, function, cause, advice_function, advice, documentation
FROM blocking_sites
WHERE capture = :capture AND advice IS NOT NULL
ORDER BY total_ns DESC, function, cause
LIMIT :top;
