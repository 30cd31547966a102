"""Side by side with the peers: each module is one benchmark, run by `python -m benchmarks NAME`."""
