-- Time by stack: of blocking polls by site, and of CPUs.
SELECT kind, cause, site, stack, count, ns
FROM profile_stack
WHERE capture = :capture;
