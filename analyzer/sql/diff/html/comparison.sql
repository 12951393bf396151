-- Why can these captures not be compared (NULL: they can), and which change counts as none?
SELECT :reason AS reason, :sentence AS sentence, :same_percent AS same_percent;
