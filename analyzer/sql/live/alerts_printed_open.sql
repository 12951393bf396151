-- Those that go on and have reached :alert were printed.
UPDATE open_block SET printed = 1 WHERE NOT printed AND blocked_ns >= :alert;
