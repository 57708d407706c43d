"""A fresh server of the app on a free port, as `make app` starts it; ended afterwards.

    with serve() as (address, process): ...     # "http://127.0.0.1:40123", psutil.Process
"""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]


@contextlib.contextmanager
def serve(**environment):
    """A fresh server; yields its address and its psutil.Process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1"]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen([sys.executable, "-m", "ui", *options], cwd=ROOT, stdout=log, stderr=log,
                                  env={**os.environ, **environment})  # fmt: skip
        try:
            _until_healthy(f"http://127.0.0.1:{port}", server)
            yield f"http://127.0.0.1:{port}", psutil.Process(server.pid)
        finally:
            server.terminate()
            server.wait(30)
            log.seek(0)
            if troubles := [line for line in log.read().decode(errors="replace").splitlines() if "Traceback" in line]:
                print(f"the server's log holds {len(troubles)} tracebacks")


def _until_healthy(address, server):
    for _ in range(600):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=5):
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("the server did not start")
