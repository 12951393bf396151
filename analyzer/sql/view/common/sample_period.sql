-- What time does a sample stand for? Nothing, where it is not known how often samples were taken.
CREATE VIEW sample_period AS
SELECT id AS capture, coalesce(1000000000 / nullif(sample_hz, 0), 0) AS sample_ns
FROM capture;
