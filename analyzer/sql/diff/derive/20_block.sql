-- Which blocking polls does each subject have?
INSERT INTO block (subject, compared, side, start_ns, end_ns, wall_ns)
SELECT s.id, a.compared, c.side, a.start_ns, max(a.end_ns, a.start_ns + 1), a.wall_ns
FROM arrived AS a
JOIN subject AS s ON s.kind = a.kind AND s.crate = a.crate AND s.name = a.name AND s.cause = a.cause
JOIN compared AS c ON c.id = a.compared;
