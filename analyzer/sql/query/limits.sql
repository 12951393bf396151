-- How much of what was recorded could be told apart?
SELECT * FROM limits WHERE capture = :capture;
