-- The causes that --of takes.
SELECT name FROM cause ORDER BY name;
