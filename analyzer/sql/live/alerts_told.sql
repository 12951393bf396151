-- The blocking polls that have ended were told of.
UPDATE ended_block SET told = 1 WHERE NOT told;
