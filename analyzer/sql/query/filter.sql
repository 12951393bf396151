-- Which filters are in force? Times are since the start of the capture; all NULL: none.
SELECT from_ns, to_ns, worker, task, cause, match, min_ns, site
FROM chosen_part
WHERE capture = :capture;
