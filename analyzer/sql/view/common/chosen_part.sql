-- Which part of each capture do the filters in force choose?
--
-- As in the view filter, but times are since the capture's start. filtered: there is a filter.
CREATE VIEW chosen_part AS
SELECT l.capture, l.from_ns - c.start_ns AS from_ns, l.to_ns - c.start_ns AS to_ns, l.worker,
	l.task, l.cause, l.match, l.min_ns, l.site,
	coalesce(l.from_ns, l.to_ns, l.worker, l.task, l.cause, l.match, l.min_ns, l.site)
		IS NOT NULL AS filtered
FROM filter AS l
JOIN capture AS c ON c.id = l.capture;
