"""One solution an exercise, in the module of the same name. The skeletons in exercises/ are derived from these."""
