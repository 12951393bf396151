-- all polls are counted by what they poll
SELECT sum(s.polls) >= 100, count(*) || ' kinds; ' || COALESCE(sum(s.polls), 0) || ' polls'
FROM poll_site s;
