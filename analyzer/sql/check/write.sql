-- What was found by a rule.
INSERT INTO finding (rule, text, status, sentence, file, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6);
