"""What a server does beside its pages: memory that goes back, and little work after each run.

    housekeeping.give_back()    # before anything else: what a photo took goes back to the system
    housekeeping.lighten()      # once, when everything is loaded that stays

After each run Streamlit collects garbage, and where Keras is loaded it also clears Keras's session, for scripts that
build a model in each run. The first looks through hundreds of thousands of objects that stay for ever; the second
does so again, and throws away what TensorFlow has looked up for its operations. Together they were more than half of
a busy server's work, while every other visitor waited. No page builds a model for one run, so nothing is to be
cleared; garbage is collected by Python itself when there is enough of it, and wholly once in `EVERY` seconds where
pages have run (`postScriptGC` of .streamlit/config.toml is off).
"""

import atexit
import contextlib
import ctypes
import gc
import importlib
import pkgutil
import threading
import time

from streamlit.runtime.scriptrunner import script_runner

PAGES = ("ui.dataset", "ui.explain", "ui.metrics", "ui.predict")  # whose views are imported when first asked for

EVERY = 30  # seconds between two full collections, at least
ARENAS, LARGE = -8, -3  # M_ARENA_MAX and M_MMAP_THRESHOLD of malloc.h


def give_back():
    """Keep glibc from holding on to memory: two heaps instead of sixteen, and none for a megabyte or more.

    Every run of a page is a thread of its own, each heap keeps what a photo of 12 million pixels took once, and the
    limit above which memory goes back at once rises by itself to 32 MB. Elsewhere than with glibc nothing happens.
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL("libc.so.6")
        libc.mallopt(ARENAS, 2)
        libc.mallopt(LARGE, 2**20)


def lighten():
    """Leave Keras's session alone, load the views, and let the collector pass over all that is loaded by now."""
    ran = threading.Event()
    script_runner._clean_problem_modules = ran.set
    for page in PAGES:
        for view in pkgutil.iter_modules(importlib.import_module(page).__path__, f"{page}."):
            importlib.import_module(view.name)
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # else DuckDB's binding complains of leaks when the server ends
    threading.Thread(target=_collect, args=(ran,), name="collector", daemon=True).start()


def _collect(ran):
    """Collect wholly from time to time, where a page has run since the last time; never returns."""
    while True:
        time.sleep(EVERY)
        ran.wait()
        ran.clear()
        gc.collect()
