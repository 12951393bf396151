-- Which marks were set while the recording went on, and when?
CREATE VIEW marks AS
SELECT m.capture, m.time_ns - c.start_ns AS at_ns, m.text
FROM mark AS m
JOIN capture AS c ON c.id = m.capture;
