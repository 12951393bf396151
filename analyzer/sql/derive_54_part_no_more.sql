-- The parts have become slices.
DROP TABLE temp.part;
