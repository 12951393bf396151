-- Why was not each poll timed by --polls: what do its probes cost, and which are missing?
SELECT given_up, costly_sites, probe_cost_ns, cost_permille
FROM poll_source
WHERE capture = :capture AND (given_up OR costly_sites > 0);
