-- The blocking polls that have ended were printed.
UPDATE ended_block SET printed = 1 WHERE NOT printed;
