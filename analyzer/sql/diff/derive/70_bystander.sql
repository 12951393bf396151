-- Which sites are bystanders: less than bystander_share_max of the blocked time on both sides, and
-- mostly shorter than the threshold? They are in blocking polls because these also did something
-- longer, and how much time they take depends on the machine.
UPDATE subject SET bystander = 1
WHERE kind = 'site' AND NOT EXISTS (SELECT 1
	FROM figure AS f
	JOIN figure AS w ON w.side = f.side
	JOIN subject AS k ON k.id = w.subject AND k.kind = 'all'
	WHERE f.subject = subject.id AND f.count > 0 AND (f.blocked_ns >= w.blocked_ns
			* (SELECT bystander_share_max FROM constant)
		OR f.p50_ns >= (SELECT min(threshold_ns) FROM compared)));
