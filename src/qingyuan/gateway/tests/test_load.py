"""Many links at once, by the load client that the benches use, and mangled input of every kind."""

import random

import pytest

from qingyuan.cli.load import fleet, run_load
from qingyuan.spool.registry import Station


@pytest.mark.parametrize(("mode", "interval"), [("closed", 0.0), ("interval", 0.1)])
def test_two_hundred_links_each_with_its_own_answers(house, mode, interval):
    stations = fleet(200)
    house.register(*(Station(mn, password) for mn, password in stations))
    with house.running() as gateway:
        result = run_load("127.0.0.1", gateway.port, stations, 1.5, mode, interval)
    frames = house.frames()
    assert (result["wrong"], result["closed"]) == (0, 0)
    assert result["acknowledged"] == result["sent"] == len(frames)
    assert {f.mn for f in frames} == {mn for mn, _ in stations}
    assert {f.verdict for f in frames} == {""}


def test_no_bytes_whatever_disturb_the_others(house, minute, caplog):
    dice = random.Random(212)
    with house.running() as gateway:
        good = house.logger()
        for turn in range(150):
            mangled = bytearray(minute(dice.randrange(1000)) * dice.randint(1, 3))
            for _ in range(dice.randint(0, 12)):
                mangled[dice.randrange(len(mangled))] = dice.randrange(256)
            del mangled[dice.randrange(len(mangled)) :]
            wild = house.logger()
            wild.send(bytes(mangled))
            wild.close()
            packet = minute(10_000 + turn)
            assert good.ask(packet)[9:26] == packet[9:26]
        kept = gateway.metrics.frames
    assert sum(kept.values()) >= 150
    assert [r for r in caplog.records if r.levelname in ("ERROR", "CRITICAL")] == []
