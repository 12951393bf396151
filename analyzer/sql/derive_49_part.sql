-- The parts of this capture's blocking polls, which sites and slices are both made of.
CREATE TEMP TABLE part AS SELECT * FROM blocking_part WHERE capture = :capture;
