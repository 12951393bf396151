-- In which tasks could computing have been one long poll or many short ones, so that it is no site?
SELECT DISTINCT task
FROM undecided_run
WHERE capture = :capture AND task IS NOT NULL;
