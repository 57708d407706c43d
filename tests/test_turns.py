"""Turns: never too many at once, in order, bounded, and nobody is left behind."""

import threading
import time

import pytest

from agesex.errors import AgeSexError, Busy
from agesex.turns import Turns


def started(*targets):
    threads = [threading.Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    return threads


def until(true):
    for _ in range(2000):
        if true():
            return
        time.sleep(0.005)
    raise AssertionError("waited for too long")


def test_never_more_than_allowed_work_at_once_and_all_come_to_it():
    turns, lock, now, most, done = Turns(2, 50), threading.Lock(), [], [], []

    def work():
        with turns.turn():
            with lock:
                now.append(1)
                most.append(len(now))
            time.sleep(0.005)
            with lock:
                now.pop()
                done.append(1)

    for thread in started(*[work] * 30):
        thread.join()
    assert len(done) == 30 and max(most) == 2 and turns.waiting == 0


def test_turns_are_given_in_the_order_of_arrival():
    turns, gate, order, threads = Turns(1, 50), threading.Event(), [], []

    def first():
        with turns.turn():
            gate.wait()

    def one(name):
        with turns.turn():
            order.append(name)

    threads += started(first)
    until(lambda: turns._working == 1)
    for name in range(8):
        threads += started(lambda name=name: one(name))
        until(lambda name=name: turns.waiting == name + 1)
    gate.set()
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_who_comes_when_the_queue_is_full_is_told_how_long_and_the_others_lose_nothing():
    turns, gate, done = Turns(1, 2), threading.Event(), []

    def work():
        with turns.turn():
            gate.wait()
            done.append(1)

    threads = started(work)
    until(lambda: turns._working == 1)
    threads += started(work, work)
    until(lambda: turns.waiting == 2)
    with pytest.raises(Busy, match=r"2 wait already.*about 3 s.*try again") as told, turns.turn():
        done.append("intruder")
    assert told.value.seconds == 3 and isinstance(told.value, AgeSexError)
    gate.set()
    for thread in threads:
        thread.join()
    assert done == [1, 1, 1]


def test_while_waiting_place_and_seconds_are_told_and_go_down():
    turns, gate, told = Turns(1, 9), threading.Event(), []

    def hold():
        with turns.turn():
            gate.wait()

    def wait(note):
        with turns.turn(lambda *said: note.append(said), every=0.01):
            pass

    threads = started(hold)
    until(lambda: turns._working == 1)
    other = []
    threads += started(lambda: wait(other))
    until(lambda: turns.waiting == 1)
    threads += started(lambda: wait(told))
    until(lambda: told and other)
    assert told[0] == (1, 2.0) and other[0] == (0, 1.0)
    gate.set()
    for thread in threads:
        thread.join()
    assert turns.expected(0) != 1.0  # from now on it knows


def test_who_leaves_the_queue_makes_room():
    turns, gate = Turns(1, 1), threading.Event()

    def hold():
        with turns.turn():
            gate.wait()

    def leave(place, seconds):
        raise KeyError("gone")

    threads = started(hold)
    until(lambda: turns._working == 1)
    with pytest.raises(KeyError), turns.turn(leave, every=0.01):
        pass
    assert turns.waiting == 0
    gate.set()
    threads[0].join()
    with turns.turn():
        pass


def test_work_that_fails_gives_its_turn_back_and_a_turn_within_a_turn_is_free():
    turns = Turns(1, 0)
    with pytest.raises(ValueError, match="broken"), turns.turn():
        raise ValueError("broken")
    with turns.turn(), turns.turn():
        assert turns._working == 1
    assert turns._working == 0
