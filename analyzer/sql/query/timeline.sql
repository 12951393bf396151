-- What did each worker do, window by window, and which marks were set then?
SELECT tid, comm, at_ns, length_ns, poll_cpu_ns, poll_offcpu_ns, run_queue_ns, parked_ns,
	runtime_ns, unknown_ns, marks
FROM worker_timeline
WHERE capture = :capture
ORDER BY tid, at_ns;
