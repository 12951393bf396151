-- Keeps what a rule found of a subject.
INSERT INTO finding (rule, text, status, sentence, file, line)
VALUES (:rule, :text, :status, :sentence, :file, :line);
