-- Which tasks were there at the dumps that are shown?
CREATE VIEW shown_task AS
SELECT t.*
FROM shown_dump AS s
CROSS JOIN dumped_task AS t ON t.capture = s.capture AND t.process = s.process AND t.dump = s.dump;
