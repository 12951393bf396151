-- Index: which stacks are of wakers, without reading all sleeps.
CREATE INDEX IF NOT EXISTS offcpu_span_by_waker ON offcpu_span (waker_stack)
WHERE waker_stack IS NOT NULL;
