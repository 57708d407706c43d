"""`python -m ui [options of streamlit run]`: `streamlit run app.py`, whose modules load while the browser starts.

Streamlit imports nothing of an app before the first visitor is there. The second that pandas and the pages take
to import is spent here while the browser still loads Streamlit's own scripts, and not before the server listens.
"""

import importlib
import inspect
import socket
import sys
import threading
import time
from pathlib import Path

APP = Path(__file__).resolve().parents[1] / "app.py"
AHEAD = ("ui", "agesex.model_card", "agesex.samples", "agesex.census")  # what the first page needs


def main():
    """Start the server; returns when it ends."""
    from streamlit.web import cli

    from ui import housekeeping

    housekeeping.give_back()
    threading.Thread(target=_load, name="ahead", daemon=True).start()
    sys.argv = ["streamlit", "run", str(APP), *sys.argv[1:]]
    cli.main(prog_name="streamlit")


def _load():
    """Never raises: what fails here fails again, with a message, on the page that needs it."""
    for _ in range(1000):
        if _listens():
            break
        time.sleep(0.02)
    try:
        for name in AHEAD:
            importlib.import_module(name)
        importlib.import_module("ui.model_tables").full_card()
        inspect.stack()  # Streamlit asks for it in its first run, and the first time it looks at every module
    except Exception:  # noqa: S110
        pass


def _listens():
    """Whether somebody can be answered already."""
    from streamlit import config, runtime

    if not runtime.exists():  # the options are not read yet
        return False
    address = config.get_option("server.address") or "localhost", config.get_option("server.port")
    try:
        socket.create_connection(address, 1).close()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    main()
