"""The work itself: photo bytes to answers, in worker threads and through the one queue.

A worker decodes a photo, finds its faces and puts them into the queue; the event loop only waits. Explanations
have a thread of their own, so that a slow one holds up no prediction.
"""

import asyncio
import base64
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from agesex import estimator, explain, faces, images, predict
from agesex.api import problems, schemas
from agesex.api.loaded import Loaded
from agesex.api.problems import Refused
from agesex.errors import AgeSexError, NoFace
from agesex.explain import figure
from agesex.forward_queue import Queue

log = logging.getLogger("agesex.api")


@dataclass(eq=False)
class Seen:
    """A decoded photo: its size, notes and faces; its pixels are gone."""

    width: int
    height: int
    notes: list
    found: list


class Work:
    """What one server works with.

    Attributes:
        models: `loaded.Loaded`.
        queue: `queue.Queue`.
    """

    def __init__(self, settings, metrics):
        """Start the threads."""
        self._settings, self._metrics = settings, metrics
        self.models = Loaded(settings.model, settings.models)
        self.queue = Queue(settings.linger, metrics.batch.observe)
        self._workers = ThreadPoolExecutor(settings.workers, thread_name_prefix="photo")
        self._explainer = ThreadPoolExecutor(1, thread_name_prefix="explain")

    def warm_up(self):
        """Load the model and the detector; blocks."""
        self.models.get()
        faces.find(np.full((96, 96, 3), 127, np.uint8))

    def close(self):
        """Finish what is under way, then stop the threads; blocks."""
        self._workers.shutdown()
        self._explainer.shutdown()
        self.queue.close()

    async def predict(self, uploads, options, slot):
        """A `schemas.Prediction` of photos; a photo that fails has its problem in its row."""
        loop = asyncio.get_running_loop()
        model = await loop.run_in_executor(self._workers, self.models.get, options.model)
        turn = asyncio.Semaphore(self._settings.workers)  # a request of fifty leaves room for others

        async def one(index, upload):
            async with turn:
                return await self._row(index, upload, model, options, slot)

        rows = await asyncio.gather(*(one(i, upload) for i, upload in enumerate(uploads)))
        return schemas.Prediction(model=_name(model), level=options.level, results=rows)

    async def explain(self, upload, options):
        """(schemas.Explanation, the figure as PNG) of one face."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._explainer, self._explain, upload, options)

    async def _row(self, index, upload, model, options, slot):
        row = schemas.Result(index=index, file=upload.name)
        try:
            if slot.late:  # nobody waits any more
                return row
            loop = asyncio.get_running_loop()
            seen, future = await loop.run_in_executor(
                self._workers, self._ask, upload.data, model, options.aligned
            )
            row.width, row.height, row.notes = seen.width, seen.height, seen.notes
            if not seen.found:
                raise NoFace(estimator.NO_FACE)
            output = await asyncio.wrap_future(future)
        except AgeSexError as error:
            row.problem = problems.of(error)
            self._metrics.photo(row.problem.type)
            return row
        except Exception:  # a bug costs its own photo only, and the log has it
            log.exception("a photo failed")
            row.problem = problems.BUG
            self._metrics.photo(row.problem.type)
            return row
        said = predict.from_output(
            output, model.card["calibration"], level=options.level, threshold=options.threshold
        )
        row.faces = [
            _face(number, face, one, distribution=options.distribution)
            for number, (face, one) in enumerate(zip(seen.found, said, strict=True), start=1)
        ]
        self._metrics.photo("answered")
        return row

    def _ask(self, data, model, aligned):
        """(Seen, future of its answers, None without a face); in a worker thread."""
        with self.queue.coming():
            seen = _see(data, aligned)
            if not seen.found:
                return seen, None
            return seen, self.queue.put(model, np.stack([face.crop for face in seen.found]))

    def _explain(self, upload, options):
        model = self.models.get(options.model)
        seen = _see(upload.data, options.aligned)
        face = _choose(seen.found, options.face)
        (said,) = predict.predict([face], model)
        map_ = explain.explain(model, face.crop, options.target, options.method, layer=options.layer)
        png = figure.png(model.card["title"], face.crop, map_, said)
        complete = map_.completeness
        self._metrics.photo("explained")
        return schemas.Explanation(
            model=_name(model),
            method=map_.method,
            target=map_.target,
            layer=map_.layer,
            empty=map_.empty,
            note=map_.note,
            face=_face(options.face or 1, face, said),
            raw=[[_finite(value) for value in row] for row in map_.raw.tolist()],
            completeness=complete and {"total": complete.total, "expected": complete.expected},
            figure_png=base64.b64encode(png).decode(),
        ), png


def _see(data, aligned):
    photo, notes = images.decode_with_notes(data)
    height, width = photo.shape[:2]
    return Seen(width, height, notes, estimator.find(photo, aligned))


def _choose(found, number):
    """The face that is asked for; a number beyond those of the photo is not "No face was found"."""
    try:
        return estimator.choose(found, number)
    except NoFace as error:
        if not found:
            raise
        raise Refused(422, "no-such-face", "No such face", str(error)) from error


def _name(model):
    return schemas.ModelName(name=model.name, sha256=model.sha256)


def _face(number, face, said, *, distribution=False):
    x, y, width, height = (round(float(value), 1) for value in face.box)
    return schemas.FaceAnswer(
        number=number,
        box=schemas.Box(x=x, y=y, width=width, height=height),
        confidence=round(float(face.confidence), 4),
        age=round(said.age, 3),
        interval=schemas.Interval(low=round(said.interval[0], 3), high=round(said.interval[1], 3)),
        sex=said.sex,
        p_female=round(said.p_female, 5),
        age_probabilities=[round(float(p), 5) for p in said.age_probabilities] if distribution else None,
    )


def _finite(value):
    """JSON knows no NaN."""
    return value if np.isfinite(value) else None
