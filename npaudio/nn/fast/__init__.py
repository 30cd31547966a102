"""What makes the layers quick: channels-last memory, tiles that fit into the cache, statistics of tall matrices."""
