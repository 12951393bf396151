-- What did each rule find?
SELECT rule, text, status, sentence, file, line
FROM finding
ORDER BY rule, id;
