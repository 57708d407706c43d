"""Visitors of one server beside each other: their work waits its turn, is answered together, and stays apart."""

import threading
import time

import numpy as np
import pytest
from stub import StubModel

from agesex import faces
from agesex.turns import Turns
from ui import turns

PAGE = "pages/3_Predict.py"


@pytest.fixture
def lanes(monkeypatch):
    """Lanes of the test's own: `lanes(quick=(1, 0))`."""

    def set_to(**limits):
        made = {name: Turns(*limits.get(name, own)) for name, own in turns.LANES.items()}
        monkeypatch.setattr(turns, "_lanes", lambda: made)
        return made

    return set_to


@pytest.fixture
def busy():
    """Another visitor's work: `busy(lane)` holds a turn until the function that it returns is called."""
    gates = []

    def hold(lane):
        holds, gate = threading.Event(), threading.Event()

        def work():
            with lane.turn():
                holds.set()
                gate.wait(60)

        thread = threading.Thread(target=work)
        thread.start()
        assert holds.wait(10)
        gates.append((gate, thread))

        def leave():
            gate.set()
            thread.join()

        return leave

    yield hold
    for gate, thread in gates:
        gate.set()
        thread.join()


def test_who_comes_when_too_many_wait_is_told_and_tries_again(app, stub_model, lanes, busy):
    leave = busy(lanes(quick=(1, 0))["quick"])
    app.run()
    page = app.switch_page(PAGE).run()
    assert not page.exception and "Too many photos at once" in page.warning[0].value
    assert not stub_model.calls and not page.subheader
    leave()
    page.button(key="again_1").click().run()
    assert [text.value for text in page.subheader] == ["37 years"] and not page.warning


def test_who_waits_sees_it_and_comes_to_the_answer(app, stub_model, lanes, busy, monkeypatch):
    lane, told = lanes(quick=(1, 5))["quick"], []
    monkeypatch.setattr(turns, "NEXT", "Your photo comes next, said the test.")
    leave = busy(lane)
    app.run()

    def look():
        told.append(app.switch_page(PAGE).run())

    visitor = threading.Thread(target=look)
    visitor.start()
    for _ in range(1000):
        if lane.waiting:
            break
        time.sleep(0.01)
    assert lane.waiting == 1 and not stub_model.calls
    time.sleep(0.4)  # time to be told, once
    leave()
    visitor.join()
    (page,) = told
    assert [text.value for text in page.subheader] == ["37 years"]
    assert not [one for one in page.info if "said the test" in one.value]  # it is gone again


def test_faces_of_several_visitors_go_through_the_network_together_and_keep_their_answers(monkeypatch):
    import contextlib

    from agesex import forward_queue

    queue, model = forward_queue.Queue(linger=2), StubModel()
    monkeypatch.setattr(turns, "_queue", lambda: queue)
    shades = list(range(20, 240, 20))
    asked = [faces.aligned(np.full((200, 200, 3), shade, np.uint8)) for shade in shades]
    found = {}

    def visit(shade, face):
        found[shade] = turns.answers([face], model)

    with contextlib.ExitStack() as coming:
        coming.enter_context(queue.coming())  # the queue may wait for more
        visitors = [threading.Thread(target=visit, args=one) for one in zip(shades, asked, strict=True)]
        for visitor in visitors:
            visitor.start()
        for _ in range(1000):
            if queue.depth == len(shades):
                break
            time.sleep(0.002)
    for visitor in visitors:
        visitor.join()
    queue.close()
    assert model.seen == [len(shades)]
    for shade, (answer,) in found.items():
        assert abs(answer.age - shade / 255 * 100) < 1
    assert turns.answers([], model) == []


def test_every_lane_is_bounded():
    assert turns.LANES and all(at_once >= 1 and 0 < most < 100 for at_once, most in turns.LANES.values())
