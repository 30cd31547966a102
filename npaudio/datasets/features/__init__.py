"""Features of a whole data set: extracted in parallel, kept in a cache on disk."""
