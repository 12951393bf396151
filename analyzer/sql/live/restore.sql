-- Puts the rows that are held back into their tables, and polls as they were recorded.
INSERT OR REPLACE INTO offcpu_span SELECT * FROM held_offcpu_span;

DELETE FROM held_offcpu_span;

INSERT OR REPLACE INTO sample SELECT * FROM held_sample;

DELETE FROM held_sample;

INSERT OR REPLACE INTO thread_window SELECT * FROM held_thread_window;

DELETE FROM held_thread_window;

DELETE FROM filter;
