"""Other processes for tests: forked by a server that has imported what they need, where there is such a server."""

import multiprocessing

METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
PROCESSES = multiprocessing.get_context(METHOD)
PROCESSES.set_forkserver_preload(["pytest", "tests.training_cases", "tests.slow_sounds"])
