"""A flood does not run away from a working intake, and a standing one holds nothing up."""

import os
import time

import pytest

from qingyuan.gateway import pace
from qingyuan.gateway.pace import Pace


@pytest.fixture
def intake(tmp_path):
    """Writes what intake would: the sequence it has stored, at a moment."""

    def stored(seq: int, at: float) -> None:
        path = tmp_path / pace.FILE
        path.write_text(str(seq))
        os.utime(path, (at, at))

    return stored


def test_without_intake_there_is_no_limit(tmp_path):
    assert Pace(tmp_path).look(1_000_000, 100.0) == 0.0


def test_within_the_mark_there_is_no_limit(tmp_path, intake):
    watch = Pace(tmp_path, mark=20_000)
    intake(100_000, 100.0)
    assert watch.look(120_000, 100.0) == 0.0
    assert watch.lag == 20_000


def test_at_twice_the_mark_half_of_what_intake_stores_is_taken(tmp_path, intake):
    watch = Pace(tmp_path, mark=10_000, least=1_000)
    intake(100_000, 100.0)
    watch.look(110_000, 100.0)
    intake(108_000, 101.0)
    assert watch.look(128_000, 101.0) == pytest.approx(4_000, abs=1)


def test_a_logger_always_gets_through(tmp_path, intake):
    watch = Pace(tmp_path, mark=10_000, least=1_000)
    intake(0, 100.0)
    watch.look(0, 100.0)
    intake(10, 101.0)
    assert watch.look(5_000_000, 101.0) == 1_000


def test_an_intake_that_stands_still_holds_nothing_up(tmp_path, intake):
    watch = Pace(tmp_path, mark=10_000)
    intake(0, 100.0)
    assert watch.look(5_000_000, 106.0) == 0.0


def test_the_gateway_takes_no_more_than_the_pace_and_answers_everything(
    house, minute, monkeypatch
):
    monkeypatch.setattr(Pace, "look", lambda self, last_seq: 400.0)
    with house.running() as gateway:
        gateway.committer.pace = 400.0
        logger = house.logger()
        begun = time.monotonic()
        logger.send(b"".join(minute(n) for n in range(600)))
        answers = [logger.answer()[9:26] for _ in range(600)]
        seconds = time.monotonic() - begun
    assert answers == [f"20160801085{n:06d}".encode() for n in range(600)]
    assert 1.0 < seconds < 4.0
