"""A hint for a process that does the same work a thousand times: keep freed memory for the next clip.

The hint is for glibc, which allocates NumPy's arrays on Linux. With another C library it has no effect.
"""

import numpy as np

KEPT_BYTES = 16 * 1024 * 1024


def keep_freed_memory() -> None:
    """Make the process keep the memory of freed arrays of up to `KEPT_BYTES` instead of returning it to the system.

    Every clip needs arrays of the same few sizes. By default glibc returns each to the system, which clears every page
    before it is used again; that can take as long as the work itself. glibc raises its limit to the size of the largest
    array that was ever freed, so one array is allocated and freed here; it is never written to, and costs nothing.
    (mallopt(3), M_MMAP_THRESHOLD.)
    """
    np.empty(KEPT_BYTES, np.uint8)
