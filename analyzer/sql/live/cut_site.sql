-- Leaves the sites that have a part in the chosen time; what is summed up by thread is next.
DELETE FROM site WHERE id NOT IN (SELECT site FROM slice);

DELETE FROM thread_summary;
