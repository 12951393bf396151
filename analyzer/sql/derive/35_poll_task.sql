-- Which task was polled in each poll that has a record? analyzer/derive/poll_task.c finds it.
UPDATE poll SET task = k.task
FROM poll_task(:capture) AS k
WHERE k.poll = poll.id AND poll.task IS NOT k.task;
