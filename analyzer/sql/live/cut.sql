-- Leaves what the chosen time (:from on) has: what sql/filter/ would copy for it.
DELETE FROM observation WHERE end_ns <= :from AND start_ns < :from;

DELETE FROM offcpu_span WHERE end_ns <= :from AND start_ns < :from;

DELETE FROM thread_window WHERE end_ns <= :from;

DELETE FROM sample_run WHERE last_ns <= :from AND first_ns < :from;

DELETE FROM poll WHERE end_ns <= :from AND start_ns < :from;

DELETE FROM sample WHERE time_ns < :from;

DELETE FROM slice
WHERE blocking_poll IN (SELECT id FROM blocking_poll WHERE end_ns <= :from);

DELETE FROM blocking_poll WHERE end_ns <= :from;
