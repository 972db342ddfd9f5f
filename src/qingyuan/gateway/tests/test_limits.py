"""Flood, slow-loris, oversize and garbage: no link may cost more than its share."""

import time

from qingyuan.gateway.limits import Limits
from qingyuan.spool import SpoolWriter


class ThreeSeconds(SpoolWriter):
    """A disk whose first commit takes three seconds."""

    first = True

    def append(self, frames):
        if self.first:
            self.first = False
            time.sleep(3)
        return super().append(frames)


def test_a_garbage_flood_is_cut_off_and_a_good_logger_beside_it_is_answered(house, minute):
    with house.running(Limits(garbage_burst=20_000)):
        flooder, good = house.logger(), house.logger()
        try:
            for _ in range(200):
                flooder.send(b"\x00" * 50_000)
        except ConnectionError:
            pass
        assert flooder.is_closed()
        assert b";CN=9014;" in good.ask(minute(1))
        closed = house.metric('links_closed_total{reason="garbage"}')
    assert closed == 1
    assert sum(len(f.raw) for f in house.frames()) < 100_000


def test_headers_that_promise_frames_and_break_them_are_garbage_too(house, minute):
    with house.running(Limits(garbage_burst=20_000)):
        flooder, good = house.logger(), house.logger()
        try:
            for _ in range(100):
                flooder.send(b"##4000QN=" * 4000)
        except ConnectionError:
            pass
        begun = time.monotonic()
        answer = good.ask(minute(1))
        waited = time.monotonic() - begun
        assert flooder.is_closed()
    assert b";CN=9014;" in answer
    assert waited < 2


def test_a_length_beyond_the_cap_begins_no_frame(house, minute):
    with house.running():
        answer = house.logger().ask(b"##9999QN=20160801085000000;" + minute(1))
    assert b"QN=20160801085000001;" in answer
    assert house.verdicts() == ["noise", ""]


def test_a_frame_that_drips_in_for_ever_ends_its_link(house):
    with house.running(Limits(unfinished=0.5)):
        logger = house.logger()
        logger.send(b"##0900QN=2016")
        end = time.monotonic() + 10
        try:
            while time.monotonic() < end:
                logger.send(b"0")
                time.sleep(0.05)
        except ConnectionError:
            end = 0
        closed = house.metric('links_closed_total{reason="slow"}')
    assert end == 0
    assert closed == 1


def test_a_stream_that_always_ends_within_a_frame_is_not_slow(house, minute):
    stream = b"".join(minute(n) for n in range(60))
    step = len(stream) // 40 + 1
    with house.running(Limits(unfinished=0.5)):
        logger = house.logger()
        for start in range(0, len(stream), step):
            logger.send(stream[start : start + step])
            time.sleep(0.06)
        answers = [logger.answer()[9:26] for _ in range(60)]
    assert answers == [minute(n)[9:26] for n in range(60)]


def test_ten_seconds_of_silence_release_what_stands_behind_an_unfinished_frame(house, minute):
    with house.running(Limits(silence=0.3)):
        logger = house.logger()
        answer = logger.ask(b"##0900QN=20160801085000000;ST=31;" + minute(1))
    assert b"QN=20160801085000001;" in answer
    assert house.verdicts() == ["length", ""]


def test_a_frame_without_its_line_end_is_answered_after_a_pause(house, minute):
    with house.running(Limits(pause=0.3)):
        answer = house.logger().ask(minute(1)[:-2])
    assert b"QN=20160801085000001;" in answer


def test_an_idle_link_is_closed_and_a_speaking_one_is_not(house, minute):
    with house.running(Limits(idle=2.5)):
        idle, speaking = house.logger(), house.logger()
        answers = []
        for number in range(8):
            answers.append(speaking.ask(minute(number)))
            time.sleep(0.5)
        assert idle.is_closed(2)
        answers.append(speaking.ask(minute(9)))
    assert all(b";CN=9014;" in answer for answer in answers)


def test_one_link_too_many_is_refused_and_counted(house, minute):
    with house.running(Limits(max_connections=2)):
        first, second = house.logger(), house.logger()
        first.ask(minute(1))
        second.ask(minute(2))
        assert house.logger().is_closed()
        assert b";CN=9014;" in first.ask(minute(3))
        refused = house.metric("refused_total")
    assert refused == 1


def test_a_silent_stranger_makes_room_for_a_newcomer(house, minute):
    with house.running(Limits(max_connections=2)):
        stranger, known = house.logger(), house.logger()
        known.ask(minute(1))
        newcomer = house.logger()
        assert b";CN=9014;" in newcomer.ask(minute(2))
        assert stranger.is_closed()
        assert b";CN=9014;" in known.ask(minute(3))
        closed = house.metric('links_closed_total{reason="crowded"}')
    assert closed == 1


def test_a_full_queue_is_no_silence_of_the_logger(house, minute):
    """While the disk keeps a link from being read, its unfinished frame does not grow old."""
    limits = Limits(link_in_flight=4, silence=1.0, unfinished=1.0, pause=0.3)
    first, whole = minute(0), minute(9)
    with house.running(limits, lambda: ThreeSeconds(house.places.spool)):
        logger = house.logger()
        logger.send(first[:40])
        time.sleep(0.2)
        logger.send(first[40:] + b"".join(minute(n) for n in range(1, 5)) + whole[:40])
        time.sleep(2.5)
        logger.send(whole[40:])
        answers = [logger.answer(20)[9:26] for _ in range(6)]
    assert answers[-1] == b"20160801085000009"
    assert house.verdicts() == [""] * 6


def test_a_peer_that_reads_no_answers_is_not_read_either(house, minute, eventually):
    with house.running(Limits(unsent_answers=4096)):
        deaf = house.logger()
        deaf.socket.setblocking(False)
        sent = 0
        end = time.monotonic() + 20
        quiet_since = time.monotonic()
        while time.monotonic() < end and time.monotonic() - quiet_since < 1.0:
            try:
                sent += deaf.socket.send(b"".join(minute(n) for n in range(200)))
                quiet_since = time.monotonic()
            except BlockingIOError:
                time.sleep(0.01)
        (link,) = house.links()["links"]
        assert b";CN=9014;" in house.logger().ask(minute(1, mn="GHOST00000001"))
    assert not link["reading"]
    assert sent > 0
