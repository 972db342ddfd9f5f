"""``qingyuan hj212 send`` and ``replay`` against a centre on a real socket."""

import json
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from qingyuan import hj212
from qingyuan.cli import main
from qingyuan.cli.hj212_pace import moment, schedule, shifted
from qingyuan.hj212 import build
from qingyuan.kernel.clock import parse_stamp

MN = "010000A8900016F000169DC0"
COMMON = {"edition": "2017", "st": "32", "mn": MN, "pw": "123456"}


def minute(qn, data_time, ack=True):
    frame, = build.uploads("2051", qn=qn, data_time=data_time, ack=ack,
                           factors={"w01018": {"Avg": "40.1", "Flag": "N"}}, **COMMON)  # fmt: skip
    return frame


FRAMES = [
    minute("20160801085000001", "20160801084000"),
    minute("20160801090000001", "20160801085000", ack=False),
    minute("20160801091000001", "20160801090000"),
]


class Centre:
    """Listens on a free port, keeps what it hears, answers as ``manner`` says."""

    def __init__(self, manner):
        self.heard, self.at = [], []
        self._manner = manner
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        link, _ = self._listener.accept()
        connection = hj212.Connection()
        with link:
            while data := link.recv(4096):
                connection.receive_data(data)
                while (event := connection.next_event()) is not hj212.NEED_DATA:
                    if not self._hear(link, event):
                        return

    def _hear(self, link, event):
        self.heard.append(event)
        self.at.append(time.monotonic())
        if self._manner == "hang up":
            return False
        if isinstance(event, hj212.PacketReceived) and self._manner != "silent":
            answer = build.answer_to(event.packet)
            if answer and (self._manner != "hard of hearing" or len(self.heard) > 1):
                link.sendall(answer)
        return True

    @property
    def packets(self):
        return [event.packet for event in self.heard if isinstance(event, hj212.PacketReceived)]

    def close(self):
        self._listener.close()
        self._thread.join(5)
        assert not self._thread.is_alive()


@contextmanager
def centre(manner="polite"):
    running = Centre(manner)
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def recording(tmp_path):
    file = tmp_path / "packets.bin"
    file.write_bytes(b"".join(FRAMES))
    return str(file)


def lines(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


class TestSend:
    def test_each_packet_is_sent_and_its_acknowledgement_reported(self, capsys, recording):
        with centre() as office:
            assert main(["hj212", "send", office.address, recording]) == 0
        rows = lines(capsys)
        assert [row["acked"] for row in rows] == [True, None, True]
        assert [row["answer"] for row in rows] == ["9014", None, "9014"]
        assert [row["qn"] for row in rows] == [packet.qn for packet in office.packets]
        assert [packet.raw for packet in office.packets] == FRAMES
        assert all(row["ms"] >= 0 for row in rows)
        assert all(row["sent"].endswith("+08:00") for row in rows)

    def test_a_silent_centre_is_waited_for_no_longer_than_said(self, capsys, recording):
        with centre("silent") as office:
            begun = time.monotonic()
            assert main(["hj212", "send", office.address, recording, "--wait", "0.2"]) == 0
        assert [row["acked"] for row in lines(capsys)] == [False, None, False]
        assert 0.4 <= time.monotonic() - begun < 5

    def test_the_same_bytes_are_sent_again_when_asked(self, capsys, recording):
        with centre("hard of hearing") as office:
            main(["hj212", "send", office.address, recording, "--wait", "0.2", "--resends", "3"])
        assert [row["acked"] for row in lines(capsys)] == [True, None, True]
        assert [packet.raw for packet in office.packets] == [FRAMES[0], *FRAMES]

    def test_the_rate_holds_packets_back(self, recording):
        with centre() as office:
            main(["hj212", "send", office.address, recording, "--rate", "10"])
        assert office.at[2] - office.at[0] >= 0.19

    def test_notices_of_2005_are_acknowledged_inside_the_cp(self, capsys, tmp_path):
        file = tmp_path / "old.bin"
        file.write_bytes(build.upload(
            "2051", edition="2005", st="32", mn="88888880000001", pw="123456",
            qn="20040516010101001", fields={"DataTime": "20040516021000"},
            factors={"101": {"Avg": "1.1"}}))  # fmt: skip
        with centre() as office:
            assert main(["hj212", "send", office.address, str(file)]) == 0
        assert lines(capsys)[0]["acked"] is True

    def test_bad_stretches_stay_at_home_unless_all_are_wanted(self, capsys, tmp_path):
        file = tmp_path / "odd.bin"
        file.write_bytes(b"noise" + FRAMES[0])
        with centre() as office:
            main(["hj212", "send", office.address, str(file)])
        assert "left out at 0: noise" in capsys.readouterr().err
        assert len(office.heard) == 1
        with centre() as office:
            main(["hj212", "send", office.address, str(file), "--all"])
        assert [type(event).__name__ for event in office.heard] == ["BadFrame", "PacketReceived"]

    def test_a_closed_link_is_told(self, capsys, recording):
        with centre("hang up") as office:
            assert main(["hj212", "send", office.address, recording]) == 2
        assert "closed the link" in capsys.readouterr().err


class TestReplay:
    def test_all_at_once(self, capsys, recording):
        with centre() as office:
            assert main(["hj212", "replay", office.address, recording, "--speed", "max"]) == 0
        row, = lines(capsys)
        assert (row["packets"], row["asked"], row["acked"]) == (3, 2, 2)
        assert [packet.raw for packet in office.packets] == FRAMES

    def test_gaps_are_kept_and_divided_by_the_speed(self, recording):
        with centre() as office:
            main(["hj212", "replay", office.address, recording, "--speed", "6000"])
        gaps = [later - sooner for sooner, later in zip(office.at, office.at[1:], strict=False)]
        # ten minutes at 6000 times are 0.1 s; a busy machine may be late, never early
        assert all(gap >= 0.08 for gap in gaps)

    def test_shifted_times_end_now(self, recording):
        begun = time.time()
        with centre() as office:
            main(["hj212", "replay", office.address, recording, "--speed", "max", "--shift-time"])
        sent = [moment(packet) for packet in office.packets]
        assert sent[2] == pytest.approx(begun, abs=5)
        assert [sent[2] - one for one in sent] == pytest.approx([1200, 600, 0])
        assert [packet.fields["DataTime"][-2:] for packet in office.packets] == ["00"] * 3

    def test_an_unanswering_centre_is_counted(self, capsys, recording):
        with centre("silent") as office:
            main(["hj212", "replay", office.address, recording, "--speed", "max", "--wait", "0.2"])
        row, = lines(capsys)
        assert (row["asked"], row["acked"]) == (2, 0)


@pytest.mark.parametrize("verb", ["send", "replay"])
class TestBadInput:
    def test_unreachable(self, verb, capsys, recording):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert main(["hj212", verb, address, recording]) == 2
        assert f"cannot reach {address}" in capsys.readouterr().err

    @pytest.mark.parametrize("address", ["9212", "host:", "host:port", ":9212", "host:99999"])
    def test_no_address(self, verb, address, capsys, recording):
        assert main(["hj212", verb, address, recording]) == 2
        assert "is not HOST:PORT" in capsys.readouterr().err

    def test_no_file(self, verb, capsys):
        assert main(["hj212", verb, "127.0.0.1:9212", "no-such-file"]) == 2
        assert "give a file or -" in capsys.readouterr().err


@pytest.mark.parametrize(("verb", "option", "text"), [
    ("send", "--wait", "nan"), ("send", "--wait", "-1"), ("send", "--wait", "inf"),
    ("send", "--wait", "1e300"), ("send", "--wait", "long"), ("send", "--rate", "nan"),
    ("send", "--rate", "-2"), ("send", "--rate", "1e-300"), ("send", "--resends", "-1"),
    ("send", "--resends", "many"), ("replay", "--wait", "nan"), ("replay", "--wait", "-1"),
    ("replay", "--speed", "nan"), ("replay", "--speed", "1e-300"),
])
def test_numbers_that_no_clock_can_follow_are_refused(capsys, recording, verb, option, text):
    assert main(["hj212", verb, "127.0.0.1:9212", recording, option, text]) == 2
    assert f"{option} {text}: give a number" in capsys.readouterr().err


def test_bad_rates_and_speeds(capsys, recording):
    assert main(["hj212", "send", "127.0.0.1:9212", recording, "--rate", "0"]) == 2
    assert main(["hj212", "replay", "127.0.0.1:9212", recording, "--speed", "fast"]) == 2
    assert main(["hj212", "replay", "127.0.0.1:9212", recording, "--speed", "0"]) == 2
    assert capsys.readouterr().err.count("give a number from 0.0001") == 3


def received(frame, key=None):
    connection = hj212.Connection(key)
    connection.receive_data(frame)
    return connection.next_event().packet


class TestPace:
    def test_a_packet_without_qn_goes_by_its_data_time(self):
        old = hj212.read_segment(b"ST=32;CN=2011;MN=1;CP=&&DataTime=20160801085857;011-Rtd=1&&")
        assert moment(old) == parse_stamp("20160801085857").timestamp()
        assert moment(hj212.read_segment(b"CN=9015;CP=&&&&")) is None

    def test_packets_out_of_order_are_not_held_back(self):
        packets = [received(frame) for frame in (FRAMES[0], FRAMES[2], FRAMES[1])]
        assert [seconds for seconds, _ in schedule(packets, 1)] == [0, 1200, 1200]

    def test_nothing_lies_in_the_future_however_fast(self):
        packets = [received(frame) for frame in FRAMES]
        now = parse_stamp("20261123120000").timestamp()
        for speed in (0.5, 1, 60, float("inf")):
            for seconds, packet in schedule(packets, speed, now=now):
                assert moment(packet) <= now + seconds + 0.001

    @pytest.mark.parametrize(
        ("cn", "data_time", "ending"),
        [("2051", "20160801084000", "00"), ("2061", "20160801080000", "0000"),
         ("2031", "20160801000000", "000000")],
    )  # fmt: skip
    def test_periods_stay_aligned(self, cn, data_time, ending):
        frame, = build.uploads(cn, qn="20160802000000001", data_time=data_time,
                               factors={"w01018": {"Avg": "1"}}, **COMMON)  # fmt: skip
        moved = shifted(received(frame), 12345678.9)
        assert moved.fields["DataTime"].endswith(ending)
        assert received(moved.raw).segment == moved.segment

    def test_sample_times_move_along(self):
        packet = hj212.read_segment(
            b"QN=20160801085857223;ST=32;CN=2011;PW=1;MN=1;Flag=5;"
            b"CP=&&DataTime=20160801085857;w01018-SampleTime=20160801070000,w01018-Rtd=2.2&&"
        )
        moved = shifted(packet, 86400)
        assert moved.qn == "20160802085857223"
        assert moved.factors["w01018"]["SampleTime"] == "20160802070000"

    def test_encrypted_packets_are_encrypted_again(self):
        key = bytes(range(16))
        frame = build.upload("2051", qn="20240520210700000", sm4_key=key,
                             fields={"DataTime": "20240520210600"},
                             **COMMON | {"edition": "2025"})  # fmt: skip
        moved = shifted(received(frame, key), 60, key.hex())
        assert b"DataTime" not in moved.raw
        assert received(moved.raw, key).fields == {"DataTime": "20240520210700"}

    def test_what_is_no_time_is_left_alone(self):
        packet = hj212.read_segment(b"QN=20161301085857223;CN=2011;CP=&&DataTime=2016&&")
        assert shifted(packet, 60).segment == packet.segment
