-- Keeps what was found of a subject.
INSERT INTO change (subject, status, reason, change, low, high, rate_low, rate_high, record_s)
VALUES (:subject, :status, :reason, :change, :low, :high, :rate_low, :rate_high, :record_s);
