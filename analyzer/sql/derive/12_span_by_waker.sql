-- Index: the stacks of wakers, without reading all spans.
CREATE INDEX IF NOT EXISTS offcpu_span_by_waker ON offcpu_span (waker_stack)
WHERE waker_stack IS NOT NULL;
