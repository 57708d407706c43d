"""Mutants tried in processes of their own, and what came of them, counted.

    found = run(range(300), seed=0, detector=False)
    found.is_good(), found.outcomes["images.decode_with_notes", "ok"], found.bad
"""

import threading
from collections import Counter

from fuzzing import mutants
from fuzzing.targets import BAD
from fuzzing.worker import Worker

LEAST = 0.30  # of the mutants of a form still decode
FEW = 100  # mutants of a form; of fewer the share is only counted
DECODED = ("images.decode_with_notes", "dataset.import_from")


class Found:
    """Counts, and what went wrong."""

    def __init__(self):
        """Nothing yet."""
        self.kinds, self.decoded, self.outcomes, self.bad = Counter(), Counter(), Counter(), []

    def add(self, answers):
        """Take over the answers of one mutant."""
        kind = answers[0].kind if answers else None
        self.kinds[kind] += 1
        for answer in answers:
            self.outcomes[answer.target, answer.outcome] += 1
            self.decoded[kind] += answer.target in DECODED and answer.outcome == "ok"
            if answer.outcome in BAD:
                self.bad.append(answer)

    def share(self, kind):
        """How many of a form still decode, 0 to 1."""
        return self.decoded[kind] / max(1, self.kinds[kind])

    def is_good(self):
        """Whether nothing bad happened, and enough decoded."""
        return not self.bad and not self.too_few()

    def too_few(self):
        """Forms of which too few decode."""
        return [kind for kind, n in self.kinds.items() if n >= FEW and self.share(kind) < LEAST]

    def as_json(self):
        """All of it, for a file."""
        outcomes = {}
        for (target, outcome), n in sorted(self.outcomes.items()):
            outcomes.setdefault(target, {})[outcome] = n
        kinds = {kind: {"mutants": n, "decode": self.decoded[kind]} for kind, n in sorted(self.kinds.items())}
        return {"kinds": kinds, "outcomes": outcomes, "bad": [vars(answer) for answer in self.bad]}


def run(numbers, seed, *, workers=1, detector=True, out=None, say=lambda text: None):
    """Try mutants.

    Args:
        numbers: of the mutants.
        seed: of all of them.
        workers: processes at the same time.
        detector: whether faces are looked for.
        out: Path of a folder for the mutants that something bad came of, or None.
        say: function that is told, in a line, of each of these and of every thousand.

    Returns:
        Found.
    """
    found, lock, left, failed = Found(), threading.Lock(), iter(numbers), []

    def take():
        while True:
            with lock:
                number = next(left, None)
            if number is None:
                return
            yield number

    def work():
        try:
            answer_all()
        except BaseException as error:  # raised below, in the thread that asked
            failed.append(error)

    def answer_all():
        with Worker(seed, detector=detector) as worker:
            for answers in worker.run(take()):
                with lock:
                    before = len(found.bad)
                    found.add(answers)
                    for answer in found.bad[before:]:
                        _keep(answer, seed, out, say)
                    if found.kinds.total() % 1000 == 0:
                        say(f"{found.kinds.total():,} mutants, {len(found.bad)} bad")

    if out:
        out.mkdir(parents=True, exist_ok=True)
    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return found


def _keep(answer, seed, out, say):
    say(f"BAD seed {seed} mutant {answer.number} {answer.kind} {answer.target}: {answer.outcome} {answer.said}")
    if out:
        (out / f"{seed}-{answer.number}.{answer.kind.lower()}").write_bytes(mutants.make(seed, answer.number)[1])
