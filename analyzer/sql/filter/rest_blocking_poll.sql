-- Removes blocking polls without a chosen slice.
DELETE FROM temp.blocking_poll WHERE id NOT IN (SELECT blocking_poll FROM temp.slice);
