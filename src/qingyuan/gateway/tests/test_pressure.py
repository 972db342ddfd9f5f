"""A slow, full or failing disk: nothing is answered that is not kept, and memory stays small."""

import sqlite3
import threading
import time

import pytest

from qingyuan.gateway.limits import Limits
from qingyuan.spool import SpoolWriter


class SlowWriter(SpoolWriter):
    """A disk that needs a while for every commit."""

    seconds = 0.05

    def append(self, frames):
        time.sleep(self.seconds)
        return super().append(frames)


class FullDisk(SpoolWriter):
    """A disk without room until ``room`` is set."""

    room = threading.Event()

    def append(self, frames):
        if not self.room.is_set():
            raise sqlite3.OperationalError("database or disk is full")
        return super().append(frames)


class PickyWriter(SpoolWriter):
    """A spool that cannot take one certain frame."""

    def append(self, frames):
        if any(b"QN=20160801085000002" in frame.raw for frame in frames):
            raise ValueError("a frame that no row can hold")
        return super().append(frames)


def test_with_a_slow_disk_the_queue_stays_below_its_mark_and_all_is_answered(house, minute):
    limits = Limits(link_in_flight=1000, high_mark=300, low_mark=100, batch=50)
    highest = 0
    with house.running(limits, lambda: SlowWriter(house.places.spool)) as gateway:
        loggers = [house.logger() for _ in range(4)]
        for turn, logger in enumerate(loggers):
            stream = b"".join(minute(turn * 500 + n) for n in range(500))
            threading.Thread(target=logger.send, args=(stream,)).start()
        end = time.monotonic() + 30
        while sum(house_frames := gateway.metrics.frames.values()) < 2000:
            highest = max(highest, gateway.committer.pending)
            assert time.monotonic() < end
            time.sleep(0.001)
        answers = sum(b"9014" in logger.answer() for logger in loggers for _ in range(500))
    assert list(house_frames) == [2000]
    assert answers == 2000
    assert 100 < highest <= 300
    assert len(house.frames()) == 2000


def test_one_flooding_link_does_not_starve_the_others(house, minute):
    """The flooder has its share of the queue; a quiet logger waits a commit or two."""
    limits = Limits(link_in_flight=64, high_mark=10_000)
    with house.running(limits, lambda: SlowWriter(house.places.spool)):
        flooder, quiet = house.logger(), house.logger()
        stream = b"".join(minute(n) for n in range(5000))
        threading.Thread(target=flooder.send, args=(stream,), daemon=True).start()
        flooder.answer()
        waits = []
        for number in range(5):
            begun = time.monotonic()
            quiet.ask(minute(900_000 + number))
            waits.append(time.monotonic() - begun)
        kept = len(house.frames())
    assert max(waits) < 0.6
    assert kept < 5000


def test_a_flood_of_unknown_stations_cannot_fill_the_disk_and_known_ones_do_not_wait(
    house, minute
):
    limits = Limits(stranger_burst=20_000, stranger_rate=100.0, stranger_wait=0.5)
    with house.running(limits):
        flooder, known = house.logger(), house.logger()
        stream = b"".join(minute(n, mn="GHOST00000001") for n in range(3000))
        threading.Thread(target=flooder.send, args=(stream,), daemon=True).start()
        time.sleep(1.5)
        begun = time.monotonic()
        answers = [known.ask(minute(n)) for n in range(20)]
        waited = time.monotonic() - begun
        kept = house.verdicts()
    assert all(b";CN=9014;" in answer for answer in answers)
    assert waited < 1.0
    assert 80 < kept.count("unknown") < 130


def test_a_full_disk_is_not_answered_and_everything_is_once_it_has_room(house, minute, eventually):
    FullDisk.room.clear()
    with house.running(writer=lambda: FullDisk(house.places.spool)):
        logger = house.logger()
        logger.send(minute(1) + minute(2))
        eventually(lambda: house.metric("spool_errors_total") >= 1)
        assert logger.hears_nothing()
        assert "database or disk is full" in house.links()["spool_error"]
        with pytest.raises(OSError, match="503"):
            house.page("/healthz")
        FullDisk.room.set()
        answers = [logger.answer(), logger.answer()]
        assert house.page("/healthz") == "ok\n"
    assert [b";CN=9014;" in answer for answer in answers] == [True, True]
    assert house.verdicts() == ["", ""]


def test_a_stop_while_the_disk_is_full_acknowledges_nothing(house, minute, eventually):
    FullDisk.room.clear()
    with house.running(Limits(stop_grace=0.5), lambda: FullDisk(house.places.spool)):
        logger = house.logger()
        logger.send(minute(1))
        eventually(lambda: house.metric("spool_errors_total") >= 1)
    assert house.frames() == []


def test_a_frame_that_the_spool_cannot_take_holds_up_no_other(house, minute):
    with house.running(writer=lambda: PickyWriter(house.places.spool)):
        logger = house.logger()
        logger.send(minute(1) + minute(2) + minute(3))
        answers = [logger.answer()[9:26], logger.answer()[9:26]]
    assert answers == [b"20160801085000001", b"20160801085000003"]
