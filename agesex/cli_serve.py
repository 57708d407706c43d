"""The command `serve`: the HTTP API on this computer.

    python -m agesex serve --host 127.0.0.1 --port 8000

Ctrl-C or SIGTERM stops it after what is in flight has been answered. AGESEX_API_KEY sets a key.
"""

import argparse
import importlib.util
import logging
import math
import os
import socket

from agesex import console

PACKAGES = {  # module -> what pip calls it
    "fastapi": "fastapi",
    "uvicorn": "uvicorn",
    "python_multipart": "python-multipart",
    "prometheus_client": "prometheus-client",
}
LOCAL = ("127.0.0.1", "::1", "localhost")
GRACE = 5  # seconds beyond a request's own limit


def add(commands):
    """Add the command to a parser's subcommands."""
    parser = commands.add_parser("serve", help="the same answers over HTTP")
    parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this computer only")
    parser.add_argument("--port", type=_port, default=8000, help="default: 8000; 0 takes a free one")
    parser.add_argument("--model", metavar="NAME", help="which model answers by default")
    parser.add_argument(
        "--workers", type=_counted, metavar="N", help="photos decoded at the same time (default: one a core)"
    )
    parser.add_argument(
        "--max-waiting", type=_counted, metavar="N", help="requests at the same time (default: 64); then 429"
    )
    parser.add_argument(
        "--timeout", type=_counted, metavar="S", help="seconds for a request (default: 60); then 503"
    )
    parser.set_defaults(run=run)


def run(args):
    """Serve until told to stop; returns the exit status."""
    missing = [name for module, name in PACKAGES.items() if importlib.util.find_spec(module) is None]
    if missing:
        console.say(
            f"agesex: serve needs packages that are not installed: pip install {' '.join(missing)} (or "
            "-r requirements-api.txt)."
        )
        return 1
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    import uvicorn

    from agesex import model
    from agesex.api import Settings, create_app

    if args.model:
        model.folder(args.model)  # raises ModelMissing now and not at the first request
    try:
        listening = _listen(args.host, args.port)
    except (OSError, UnicodeError) as error:
        console.say(f"agesex: cannot listen on {args.host}, port {args.port}: {error}.")
        return 1
    chosen = {"model": args.model, "workers": args.workers, "max_waiting": args.max_waiting,
              "timeout": args.timeout}  # fmt: skip
    settings = Settings(**{name: value for name, value in chosen.items() if value is not None})
    if args.host not in LOCAL and not settings.key:
        console.say("agesex: whoever reaches this address may ask. AGESEX_API_KEY sets a key.")
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for name in ("agesex", "uvicorn"):
        logging.getLogger(name).setLevel(logging.INFO)
    config = uvicorn.Config(
        create_app(settings),
        access_log=False,  # it would write addresses and whole paths; `agesex.api.log` has its own
        log_config=None,
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=int(settings.timeout) + GRACE,
    )
    where = f"[{args.host}]" if ":" in args.host else args.host
    console.say(f"agesex answers at http://{where}:{listening.getsockname()[1]}/v1/predict")
    with listening:
        uvicorn.Server(config).run(sockets=[listening])
    return 0


def _listen(host, port):
    """A bound socket, so that a port that is taken is one sentence."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    return listening


def _port(text):
    return _whole(text, 0, 65535, "from 0 to 65535")


def _counted(text):
    return _whole(text, 1, math.inf, "of at least 1")


def _whole(text, low, high, range_):
    """A whole number from low to high; argparse names the function where int's own ValueError goes on."""
    try:
        number = int(text)
    except ValueError:
        number = None
    if number is None or not low <= number <= high:
        raise argparse.ArgumentTypeError(f"expected a whole number {range_}; received {text!r}")
    return number
