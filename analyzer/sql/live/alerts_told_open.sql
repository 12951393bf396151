-- Those that go on and have reached :alert were told of.
UPDATE open_block SET told = 1 WHERE NOT told AND end_ns - start_ns >= :alert;
