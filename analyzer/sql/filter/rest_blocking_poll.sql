-- Which blocking polls have no slice that was chosen?
DELETE FROM temp.blocking_poll WHERE id NOT IN (SELECT blocking_poll FROM temp.slice);
