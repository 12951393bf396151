-- Index: the spans that were no sleeps, without reading all.
CREATE INDEX IF NOT EXISTS offcpu_span_preempted ON offcpu_span (capture) WHERE preempted;
