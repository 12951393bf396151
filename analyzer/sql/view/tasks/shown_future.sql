-- Which futures were there at the dumps that are shown: tasks, and those of block_on?
CREATE VIEW shown_future AS
SELECT t.*
FROM shown_dump AS s
CROSS JOIN dumped_future AS t ON t.capture = s.capture AND t.process = s.process
	AND t.dump = s.dump;
