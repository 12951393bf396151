-- How did each worker spend its time? As in the capture, since neither time nor workers were
-- chosen.
INSERT INTO temp.worker
SELECT r.*
FROM filter AS l
JOIN main.worker AS r ON r.capture = l.capture;
