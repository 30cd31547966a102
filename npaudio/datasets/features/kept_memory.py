"""What a process is told before it does the same work a thousand times: to keep the memory that it frees.

A hint to the library below NumPy that hands out memory. Where that is not glibc's, nothing happens and nothing breaks.
"""

import numpy as np

KEPT_BYTES = 16 * 1024 * 1024


def keep_freed_memory() -> None:
    """Have the process keep freed arrays of up to `KEPT_BYTES` for the next ones, where it would hand them back.

    A clip needs the same few arrays as the last one. glibc gives each back to the system, which clears every page
    before it hands it out again, and that can take as long as the work itself. But glibc learns from the largest array
    that it has ever freed; one that is never written to costs nothing. (mallopt(3), M_MMAP_THRESHOLD.)
    """
    np.empty(KEPT_BYTES, np.uint8)
