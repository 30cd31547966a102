"""Does the suite notice a mistake? One operator of the core is changed at a time, and the tests have to fail."""
