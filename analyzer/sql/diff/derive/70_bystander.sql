-- Which sites are bystanders: on both sides less than a twentieth of the blocked time, and mostly
-- too short to be a block by themselves? They are in blocking polls for what else these did, and how much
-- there is of them is the machine's doing.
UPDATE subject SET bystander = 1
WHERE kind = 'site' AND NOT EXISTS (SELECT 1
	FROM figure AS f
	JOIN figure AS w ON w.side = f.side
	JOIN subject AS k ON k.id = w.subject AND k.kind = 'all'
	WHERE f.subject = subject.id AND f.count > 0 AND (f.blocked_ns >= 0.05 * w.blocked_ns
		OR f.p50_ns >= (SELECT min(threshold_ns) FROM compared)));
