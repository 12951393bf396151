-- Which part of each capture is compared? The filters as they were given; no row: the whole.
SELECT from_time, to_time, worker, task, cause, match, min_ns
FROM filter;
