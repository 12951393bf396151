-- With which stacks was time spent in blocking polls, by cause?
SELECT cause, stack, sum(ns)
FROM profile_stack
WHERE capture = :capture AND kind = 'blocked'
GROUP BY cause, stack;
