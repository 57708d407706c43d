"""The command line.

    python -m agesex doctor
    python -m agesex predict PATH... [--level 90] [--output FILE [--resume]] [--annotate DIR]
    python -m agesex explain PHOTO [--method NAME] [--target older|younger|female|male] --output FILE
    python -m agesex dataset import PATH [--source NAME]    # also list, check, remove, where
    python -m agesex serve [--host 127.0.0.1] [--port 8000]

Exit status: 0 all photos answered, 1 at least one was not (its row says why), 2 wrong arguments.
"""

import argparse
import os
import sys

from agesex import __version__, cli_dataset, cli_explain, cli_predict, cli_serve, console
from agesex.errors import AgeSexError


def main(argv=None):
    """Run one command; returns the exit status."""
    args = _parser().parse_args(argv)
    try:
        return args.run(args)
    except AgeSexError as error:
        print(f"agesex: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # e.g. `| head`: nobody reads on
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115  the interpreter closes it
        return 1
    except KeyboardInterrupt:
        print("agesex: stopped", file=sys.stderr)
        return 130


def _parser():
    parser = argparse.ArgumentParser(
        prog="agesex", description="Age and sex from faces: research use only, never an age check."
    )
    parser.add_argument("--version", action="version", version=f"agesex {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    doctor = commands.add_parser("doctor", help="is everything there and unaltered?")
    doctor.set_defaults(run=_doctor)

    cli_predict.add(commands)
    cli_explain.add(commands)
    cli_dataset.add(commands)
    cli_serve.add(commands)
    return parser


def _doctor(args):
    from agesex import doctor

    checks = []
    with console.quiet_tensorflow():
        for check in doctor.run():
            checks.append(check)
            print(f"{'ok' if check.ok else check.severity:10}{check.name:24}{check.message}")
    bad = [check.name for check in checks if not check.ok and check.severity == "missing"]
    print(
        f"\n{'Something is missing: ' + ', '.join(bad) if bad else 'Everything that is needed is there.'}"
    )
    return 1 if bad else 0
