-- What was found of one subject.
INSERT INTO change (subject, status, change, low, high, rate_low, rate_high, record_s,
	reason)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);
