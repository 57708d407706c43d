"""How prediction shares the cores: one thread per operation, several operations beside each other.

Splitting one small convolution over threads costs more than it gains: on two cores a face took 5.2 ms with
one thread per operation and 5.3 ms with two, its detection 0.11 s and 0.13 s. So each operation keeps to one
thread, and a face and its mirror image, or the parts of a batch, run side by side.
"""

import os
import sys

CORES = os.cpu_count() or 1


def one_per_operation():
    """Ask TensorFlow for it; call before TensorFlow is imported, later it changes nothing.

    TF_NUM_INTRAOP_THREADS in the environment wins.
    """
    if "tensorflow" not in sys.modules:
        os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
