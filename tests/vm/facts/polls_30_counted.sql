-- all polls that threads began are counted by what they poll
SELECT counted >= 50 AND abs(counted - begun) <= 0.05 * begun,
       kinds || ' kinds; ' || counted || ' polls; threads began ' || begun
FROM (SELECT count(*) AS kinds, coalesce(sum(polls), 0) AS counted,
             (SELECT coalesce(sum(polls), 0) FROM thread_window) AS begun
      FROM poll_site);
