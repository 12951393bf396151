-- Which code blocked the workers, for how long, how often, why, and what can be done about it?
CREATE VIEW blocking_sites AS
SELECT * FROM site_summary WHERE NOT main;
