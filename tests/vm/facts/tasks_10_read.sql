-- all tasks of the demo's runtime are read, and what each waits for
SELECT min(d.tasks) > 0 AND min(d.cut) = 0 AND min(d.threads) > 1
       AND (SELECT count(*) FROM dumped_task) >= min(d.tasks),
       min(d.tasks) || ' tasks of ' || min(d.runtimes) || ' runtimes, in '
       || (min(d.end_ns - d.start_ns) / 1000) || ' us'
FROM task_dump AS d;
