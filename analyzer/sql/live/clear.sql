-- Empties the tables that are derived.
DELETE FROM process_source;

DELETE FROM observation;

DELETE FROM thread_totals;

DELETE FROM thread_summary;

DELETE FROM pool_peak;

DELETE FROM thread_role;

DELETE FROM sample_run;

DELETE FROM activity_proof;

DELETE FROM blocking_poll;

DELETE FROM site;

DELETE FROM slice;

DELETE FROM site_poll;

DELETE FROM site_time;

DELETE FROM wait_chain;

DELETE FROM worker;

DELETE FROM timeline;
