-- Which numbers decide what blocks, what is said of it, and where long lists end? One row.
CREATE VIEW constant AS
SELECT 10 AS warning_percent, 100000000 AS warning_longest_ns, 1 AS caution_percent,
	20 AS starved_percent, 5 AS starved_wall_percent, 1 AS starved_least_percent,
	10 AS queued_percent,
	1000000000 AS stuck_ns, 0.1 AS ran_share_min,
	1 AS lost_percent_max, 50 AS classified_percent_min, 0.1 AS idle_percent,
	0.98 AS run_share_min, 4 AS run_certain_thresholds, 0.05 AS run_interrupted_share_max,
	20 AS run_long_one_in, 20 AS guess_agreeing_min, 1 AS guess_contradicting_percent_max,
	0.05 AS bystander_share_max, 0.1 AS unread_tasks_share_max, 1000000000 AS check_least_ns,
	0.5 AS advice_share_min, 0.2 AS cause_share_min,
	0.02 AS tree_share_min, 0.01 AS small_share,
	120 AS activity_columns, 50 AS json_rows_max;
