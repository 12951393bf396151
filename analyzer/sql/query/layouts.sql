-- Where do the runtimes keep their state, by what is that known, and why is it not?
SELECT pid, name, object, source, sentence, remedy, at_ns, parks, polls, probe_hits, bpf_run_ns
FROM runtime_layouts
WHERE capture = :capture AND sentence IS NOT NULL
ORDER BY pid, process, object
LIMIT :top;
