-- The tables of an analysis: what a capture has recorded, and what sql/derive/ computes from it.
-- docs/SCHEMA.md explains every column. Times are nanoseconds on CLOCK_MONOTONIC.

-- Databases of another version are refused: to be raised when tables, views or columns change.
PRAGMA user_version = 25;

CREATE TABLE schema_info (
	name TEXT PRIMARY KEY,
	value TEXT NOT NULL
) WITHOUT ROWID;
