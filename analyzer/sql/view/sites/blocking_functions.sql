-- Which functions blocked the workers, for how long, how often, and by which causes? A row for all
-- sites of a function; what no stack shows is the last.
CREATE VIEW blocking_functions AS
SELECT * FROM function_summary WHERE NOT main;
