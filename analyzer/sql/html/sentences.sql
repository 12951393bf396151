-- What reports say in words of the filters in force, and of how polls are known?
SELECT :filter AS filter, :source AS source;
