-- How did each rule end?
SELECT rule, text, status, sentence
FROM rule_result
ORDER BY rule;
