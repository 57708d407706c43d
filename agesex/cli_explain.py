"""The command `explain`: where the model looks, as a figure or as numbers.

    python -m agesex explain PHOTO --method grad-cam --target older --output map.png
    python -m agesex explain --list [--model NAME]

The suffix of --output decides: .png is a figure with caption, .csv the raw map. Exit status as in `agesex.cli`.
"""

import argparse
import contextlib
import sys
from pathlib import Path

from agesex import console
from agesex.errors import CannotExplain, NoFace

KINDS = (".png", ".csv")
ANSWERS = {"age": ("older", "younger"), "sex": ("female", "male")}


def add(commands):
    """Add the command to a parser's subcommands."""
    parser = commands.add_parser("explain", help="where the model looks in a face")
    parser.add_argument("photo", nargs="?", metavar="PHOTO", help="a photo")
    parser.add_argument("--method", default="grad-cam", metavar="NAME", help="default: grad-cam; see --list")
    parser.add_argument(
        "--target", default="older", metavar="NAME", help="older (the default), younger, female or male"
    )
    parser.add_argument("--layer", metavar="NAME", help="for methods that look at one; see --list")
    parser.add_argument(
        "--face", type=_counted, metavar="N", help="which of several faces, from 1, left to right"
    )
    parser.add_argument("--aligned", action="store_true", help="the whole picture is an aligned UTKFace crop")
    parser.add_argument("--model", metavar="NAME", help="which model (default: the default one)")
    parser.add_argument("--output", type=Path, metavar="FILE", help="a figure (.png) or the raw map (.csv)")
    parser.add_argument("--list", action="store_true", help="the methods, and the layers of the model")
    parser.set_defaults(run=run)


def run(args):
    """Explain one face, or list what can be asked for; returns the exit status."""
    from agesex import images, model

    if args.list:
        with console.quiet_tensorflow():
            loaded = model.load(args.model)
        console.out(_listing(loaded))
        return 0
    try:
        _check(args)
    except ValueError as error:
        console.say(f"agesex: {error}")
        return 2
    photo = images.decode(args.photo)  # before the model, which takes seconds
    with console.quiet_tensorflow():
        loaded = model.load(args.model)
    face, answer = _chosen(args, photo, loaded)
    found = _explained(args, loaded, face)
    if found.empty:
        console.say(found.note)
    try:
        console.write(args.output, _content(args, loaded, face, answer, found))
    except OSError as error:
        console.say(f"agesex: cannot write {args.output}: {error}.")
        return 1
    return 0


def _counted(text):
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"faces are counted from 1; received {text!r}")
    return int(text)


def _check(args):
    """Find out before the work what cannot be; raises ValueError."""
    from agesex.explain import METHODS, TARGETS

    if args.photo is None or args.output is None:
        raise ValueError(
            "explain needs a PHOTO and --output FILE, for example: explain me.jpg --output map.png. What can "
            "be asked for: explain --list."
        )
    for option, value, known in (("method", args.method, METHODS), ("target", args.target, TARGETS)):
        if value not in known:
            raise ValueError(f"--{option} must be one of {', '.join(known)}. Received: {value}.")
    if args.layer and not METHODS[args.method].layer:
        raise ValueError(f"{args.method} looks at pixels, at no layer. Leave --layer out.")
    if args.output.suffix.lower() not in KINDS:
        raise ValueError(
            f"--output must end in {' (a figure) or '.join(KINDS)} (the raw map). Received: {args.output}."
        )
    console.check_output(args.output)


def _chosen(args, photo, model):
    """(Face, Prediction) of the face that is meant; raises NoFace where that is none."""
    from agesex import faces, words
    from agesex.predict import predict

    found = [faces.aligned(photo)] if args.aligned else faces.find(photo)
    if not found:
        raise NoFace(
            "no face was found. Try a sharper or larger photo, or --aligned if the picture is a cropped face."
        )
    answers = predict(found, model)
    if args.face is None and len(found) > 1:
        listed = "\n".join(
            f"  {number}  {words.age(answer)}" for number, answer in enumerate(answers, start=1)
        )
        raise CannotExplain(
            f"The photo shows {words.faces(len(found))}. Choose one with --face, for example --face 1. From "
            f"left to right the model takes them for:\n{listed}"
        )
    number = args.face or 1
    if number > len(found):
        raise NoFace(f"The photo shows {words.faces(len(found))}; there is no face {number}.")
    return found[number - 1], answers[number - 1]


def _explained(args, model, face):
    from agesex import explain

    with _bar(explain.METHODS[args.method].progress) as progress:
        return explain.explain(
            model, face.crop, args.target, args.method, layer=args.layer, progress=progress
        )  # fmt: skip


@contextlib.contextmanager
def _bar(slow):
    """A function of the share that is done, which moves a bar on a terminal; None where there is none."""
    if not slow or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("explaining", total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _content(args, model, face, answer, found):
    from agesex.explain import figure

    if args.output.suffix.lower() == ".csv":
        return figure.csv(found)
    return figure.png(model.card["title"], face.crop, found, answer)


def _listing(model):
    """Methods with what they ask, and the layers that each answer has."""
    from agesex.explain import METHODS, layers, usable

    able = {name for targets in ANSWERS.values() for name in usable(model.network, targets[0])}
    width = max(map(len, METHODS))
    lines = [f"Methods of the model {model.name}:"]
    for name, method in METHODS.items():
        where = "one layer" if method.layer else "pixels"
        missing = "" if name in able else "; not for this model, which has no layer with a grid"
        lines.append(f"  {name:{width}}  {method.title}: looks at {where}, asks for {method.asks}{missing}")
    grids = {targets: layers(model.network, targets[0]) for targets in ANSWERS.values()}
    if len({tuple(found) for found in grids.values()}) == 1:  # one trunk for both answers
        grids = {sum(grids, ()): next(iter(grids.values()))}
    for targets, found in grids.items():
        lines += ["", f"Layers for {', '.join(targets)}, from the photo on:"]
        width = max(map(len, found), default=0)
        lines += [f"  {name:{width}}  {h} × {w} cells" for name, (h, w) in found.items()] or ["  none"]
    return "\n".join(lines) + "\n"
