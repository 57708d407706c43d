"""The line that says how far a command is."""

import sys

import pytest

from agesex import cli_progress
from agesex.dataset.counting import clause, counted, listed
from agesex.dataset.importing import Report


class Clock:
    """Seconds that a test sets."""

    now = 0.0

    def __call__(self):
        return self.now


def report(seen=0, share=None):
    return Report("mine", "utkface", seen=seen, share=share)


def test_the_bar_the_share_and_the_photos_stand_in_one_line():
    assert cli_progress.shown(report(11_800, 0.52)) == "[#####     ] 52 % · 11,800 photos"
    assert cli_progress.shown(report(1, 1.0), 0.2) == "[##########] 100 % · 1 photo · about 1 s left"
    assert cli_progress.shown(report(1, 0.999)).startswith("[######### ] 99 %")


@pytest.mark.parametrize(
    ("seconds", "said"), [(4.4, "4 s"), (21, "20 s"), (59, "60 s"), (125, "2 min"), (5400, "1.5 h")]
)
def test_the_time_that_is_left_is_rounded(seconds, said):
    assert cli_progress.shown(report(5, 0.5), seconds).endswith(f"about {said} left")


def test_what_is_left_follows_the_speed_of_the_last_half_minute(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    clock = Clock()
    line = cli_progress.Line(clock)
    for clock.now, share in ((0, 0.0), (1, 0.5), (31, 0.53), (41, 0.54), (61, 0.56)):
        line.show(report(100, share))
    said = capsys.readouterr().err.split("\r")
    assert "left" not in said[1] and "left" not in said[2]
    assert said[-1].rstrip().endswith("about 7 min left")  # 0.44 at 0.001 a second


def test_a_share_that_begins_anew_is_not_taken_for_a_speed(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    clock = Clock()
    line = cli_progress.Line(clock)
    for clock.now, share in ((0, 0.0), (10, 0.9), (20, 0.1)):
        line.show(report(100, share))
    assert "left" not in capsys.readouterr().err.split("\r")[-1]


def test_without_a_terminal_there_is_a_line_every_ten_seconds(capsys):
    clock = Clock()
    line = cli_progress.Line(clock)
    for clock.now in (1, 9, 10, 12, 19, 21, 60):
        line.show(report(int(clock.now), 0.1))
    assert [text.split(" · ")[1] for text in capsys.readouterr().err.splitlines()] == [
        "10 photos", "21 photos", "60 photos"
    ]  # fmt: skip


def test_numbers_lists_and_clauses_are_worded():
    assert (counted(1, "group"), counted(0, "group"), counted(1200, "group")) == ("1 group", "0 groups", "1,200 groups")
    assert (listed(["a", "b"], 2), listed(["a", "b"], 3), listed([])) == ("a, b", "a, b, …", "")
    assert listed(["abc", "def", "ghi"], most=7) == "abc, …"
    assert clause(ValueError("File is not a zip file.")) == "file is not a zip file"
    assert clause(ValueError("CRC check failed")) == "CRC check failed"
    assert clause(OSError(28, "No space left on device", "x")) == "no space left on device"
