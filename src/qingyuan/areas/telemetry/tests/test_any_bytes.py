"""Whatever a station sends, intake goes on: no frame may stop the readings of all the others."""

import random

import pytest

from qingyuan.areas.telemetry.models import Position
from qingyuan.areas.telemetry.queries import readings_of_mn

pytestmark = pytest.mark.django_db
ITEMS = ("a21026-Avg=1.5,a21026-Flag=N;a21002-Min=1,a21002-Max=2", "SB1-RS=1", "zz-Avg=1",
         "DataTime=20261123140000;a21026-Rtd=3", "i11001-Info=//日志;,=//", "=;,;a21026-=1;-Avg=2",
         "a21026-Avg=1e400;a21026-SampleTime=20261123140000;a21026-EFlag=A1|,")
NASTY = (b"\x00", b"\xff\xfe", b"&&", b"##", b"=", b";", b",", b"-", "十".encode(),
         "十".encode("gbk"),
         b"9" * 400, b"\r\n", b"DataTime=", b"PNUM=2;PNO=1;", b"Flag=")


def mutated(dice: random.Random, raw: bytes) -> bytes:
    body = bytearray(raw[6:-6])
    for _ in range(dice.randrange(4)):
        place = dice.randrange(len(body))
        body[place:place + dice.randrange(6)] = dice.choice(NASTY)
    return b"##%04d%s0000\r\n" % (len(body), bytes(body))


@pytest.mark.parametrize("seed", range(3))
def test_three_hundred_mutations_stop_nothing(cast, station, segment, spooled, intake, seed):
    one, dice = station(), random.Random(seed)
    for number in range(300):
        raw = segment(one, dice.choice(["2011", "2051", "2061", "2031", "2021", "3020"]),
                      "20261123140000", dice.choice(ITEMS), qn=f"20261123141000{number:03d}")
        spooled([mutated(dice, raw)], verdict=dice.choice(["", "", "unknown", "password", "crc"]))
    spooled([segment(one, "2051", "20261124150000", "a21002-Avg=42")])
    intake(batch=50)
    assert Position.objects.get().seq == 301
    last = list(readings_of_mn(cast.manager, one.mn, "min", 0, 2**40))[-1]
    assert last.factors == {"a21002": {"Avg": 42.0}}


@pytest.mark.parametrize(("cn", "interval"), [("2051", "min"), ("2061", "hour")])
def test_control_characters_in_flags_are_not_stored(
    cast, station, segment, spooled, intake, cn, interval
):
    one = station()
    spooled([segment(one, cn, "20261123130000",
                     "a21026-Avg=1,a21026-Flag=A\x0bB,a21026-EFlag=E\x1b[2J;"
                     "a21002-Avg=2,a21002-Flag=\x7f")])
    intake()
    [found] = readings_of_mn(cast.manager, one.mn, interval, 0, 2**40)
    assert {code: (v["Flag"], v.get("EFlag")) for code, v in found.factors.items()} == {
        "a21026": ("A\ufffdB", "E\ufffd[2J"), "a21002": ("\ufffd", None)}
