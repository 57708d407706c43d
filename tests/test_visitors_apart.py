"""Twenty visitors of one server at the same time: each sees its own answer, filter and error, and nobody else's."""

import asyncio
import random

import cv2
import numpy as np
import pytest

from agesex import dataset, faces, images, model, predict, samples, words
from benchmarks.photos import background, scaled
from benchmarks.server import serve
from benchmarks.visitor import Visitor

VISITORS = 20
BROKEN = {  # what some send as a .jpg: the beginning of the file, what they are told
    3: ("%PDF-1.7", "a PDF document"), 8: ("Dear all", "is not a picture"), 12: ("<html>", "a web page"),
    17: ("PK\3\4", "a .zip archive"),
}  # fmt: skip
STONES = [
    "agate", "amber", "beryl", "coral", "flint", "garnet", "gypsum", "jade", "jasper", "lapis", "marble", "mica",
    "onyx", "opal", "pearl", "pumice", "quartz", "ruby", "topaz", "zircon",
]  # fmt: skip


class Guest:
    """One visitor: what it brings, what it asks, and what only it may see."""

    def __init__(self, number):
        self.number, self.word = number, f"portraitof{STONES[number]}"  # one word, as pages escape the rest
        self.name, self.broken = f"{self.word}.jpg", f"letterwith{self.word}.jpg"
        self.ages = 18 + number, 41 + 2 * number
        grown = [sample for sample in samples.all() if sample.average][8:]
        dice = np.random.default_rng(number)
        photo = background(dice, (480, 640))
        face = scaled(grown[number % len(grown)].photo, 1.1 + 0.02 * number)
        photo[150 : 150 + len(face), 90 : 90 + len(face)] = face
        self.photo = cv2.imencode(".jpg", photo[..., ::-1])[1].tobytes()

    @property
    def secrets(self):
        """Texts that nobody else may be sent."""
        return [self.word, f"Age {self.ages[0]}–{self.ages[1]}", *self.pictures]

    async def visit(self, address, meet):
        """Upload, filter, look again, Grad-CAM, all of it while the others do; stores what was seen."""
        dice = random.Random(self.number)

        async def pause():
            await asyncio.sleep(dice.uniform(0, 0.3))

        async with Visitor(address, record=True) as page:
            await page.open("Predict", "sample=2")  # an average face, which needs no search
            others = set(page.media)  # of the sample face, which all see
            await page.set("source", "Upload")
            await meet.wait()
            self.error = page.alerts("ERROR")
            if self.number in BROKEN:
                await page.upload("upload_0_many", self.broken, BROKEN[self.number][0].encode())
                self.error = page.alerts("ERROR")
            await pause()
            await page.upload("upload_0_many", self.name, self.photo)
            self.answers, self.late = [page.text()], page.alerts("ERROR", "WARNING")
            self.pictures = page.media - others
            await meet.wait()
            await page.open("Dataset")
            await meet.wait()
            await page.set("of_age", self.ages)
            self.filter = page.texts("markdown")
            await meet.wait()
            await page.open("Predict")
            self.answers.append(page.text())
            await pause()
            await page.open("Explain")
            self.explained = page.text()
            self.pictures |= page.media - others
            await meet.wait()
            self.received = b"".join(page.received).decode(errors="ignore")


@pytest.fixture(scope="module")
def guests():
    """All of them, after their visits."""

    async def all_at_once(address):
        meet = asyncio.Barrier(VISITORS)
        await asyncio.gather(*(guest.visit(address, meet) for guest in guests))

    guests = [Guest(number) for number in range(VISITORS)]
    with serve(AGESEX_WARMUP="1", AGESEX_CHECK_CHARTS="0") as (address, _):
        asyncio.run(all_at_once(address))
    furniture = set.intersection(*(guest.pictures for guest in guests))  # such as the palette of the maps
    for guest in guests:
        guest.pictures -= furniture
    return guests


@pytest.mark.model
def test_each_visitor_gets_the_answer_to_its_own_photo(guests):
    loaded = model.load()
    said = []
    for guest in guests:
        (answer,) = predict.predict(faces.find(images.decode(guest.photo)), loaded)
        said.append((words.age(answer), words.interval(answer)))
        for seen in guest.answers:
            assert all(text in seen for text in (*said[-1], guest.word)), guest.word
        assert words.age(answer) in guest.explained and not guest.late
    assert len(set(said)) > VISITORS / 2  # else one for the other would not be seen


@pytest.mark.model
def test_each_visitor_sees_its_own_filter(guests):
    ages = dataset.known().age
    counts = [int(ages.between(*guest.ages).sum()) for guest in guests]
    assert len(set(counts)) == VISITORS
    for guest, count in zip(guests, counts, strict=True):
        line = f"**{count:,}** of {len(ages):,} photos · Age {guest.ages[0]}–{guest.ages[1]}"
        assert line in guest.filter


@pytest.mark.model
def test_who_sends_a_broken_file_is_told_and_nobody_else(guests):
    for guest in guests:
        if guest.number in BROKEN:
            (said,) = guest.error
            said = said.replace("\\", "")
            assert guest.broken in said and BROKEN[guest.number][1] in said
        else:
            assert not guest.error


@pytest.mark.model
def test_nothing_of_a_visitor_is_ever_sent_to_another(guests):
    for guest in guests:
        assert len(guest.pictures) >= 4 and all(secret in guest.received for secret in guest.secrets)
        for other in guests:
            if other is not guest:
                found = [secret for secret in other.secrets if secret in guest.received]
                assert not found, (guest.word, found)
