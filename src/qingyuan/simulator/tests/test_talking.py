"""Loggers on a socket against a tiny centre: lost answers, a centre that is away, bad manners."""

import asyncio
import time

import pytest

from qingyuan import hj212
from qingyuan.hj212 import build
from qingyuan.simulator import fleet
from qingyuan.simulator.clock import SimulatedClock
from qingyuan.simulator.manners import MANNERS, Spell
from qingyuan.simulator.run import Fleet
from qingyuan.simulator.settings import Talk

CALM = Talk(timeout=10.0, spread=0.0)
FAST = Talk(timeout=0.2, resends=20, spread=0.0)


def play(centre, stations, until, *, speed=300.0, talk=FAST, spells=None, also=None):
    """Run stations against the centre, `speed` times real time, until `until(fleet)` is true, for
    20 s at most; gives the summary."""

    async def go():
        await centre.open()
        clock = SimulatedClock(time.time() - 86400, speed)
        team = Fleet(stations, "127.0.0.1", centre.port, clock, talk=talk, spells=spells)
        stop = asyncio.Event()
        tasks = [team.run(20, stop=stop), watch(team, stop)] + ([also(team)] if also else [])
        summary, *_ = await asyncio.gather(*tasks)
        await centre.drain()
        await centre.close()
        return summary

    async def watch(team, stop):
        for _ in range(2000):
            if until(team):
                break
            await asyncio.sleep(0.01)
        stop.set()

    return asyncio.run(go())


def heard(centre, number, cn=None):
    """Until the centre has got so many packets (of one command)."""
    return lambda team: sum(cn in (None, p.cn) for p in centre.packets) >= number


def done(kind, number, centre, more=3):
    """Until a manner was shown so many times, and a few packets followed."""
    seen = []

    def check(team):
        if team.counts[f"manner {kind}"] >= number:
            seen.append(len(centre.packets))
        return bool(seen) and len(centre.packets) >= seen[0] + more

    return check


def spell(spec, kind, **params):
    return {spec.mn: [Spell(kind, 0.0, 4e9, params)]}


def test_a_small_fleet_of_all_editions_is_heard_and_acknowledged(centre):
    stations = fleet(12, seed=1)
    centre.keys = {s.mn: bytes.fromhex(s.sm4_key) for s in stations if s.sm4_key}
    summary = play(centre, stations, heard(centre, 150), talk=CALM)
    assert centre.bad == []
    assert {p.mn for p in centre.packets} == {s.mn for s in stations}
    assert {p.edition for p in centre.packets} == {"2005", "2017", "2025"}
    assert sum(len(p.warnings) for p in centre.packets) == 0
    assert summary["linked"] == 12
    assert summary["sent"] == len(centre.packets)
    wanted = sum(p.ack for p in centre.packets)
    assert wanted - 24 <= summary["acknowledged"] <= wanted
    assert summary["resent"] == 0


def test_lost_acknowledgements_bring_the_same_bytes_and_nothing_is_lost(centre, station):
    seen = set()

    def silent(packet):
        first = packet.qn not in seen
        seen.add(packet.qn)
        return first

    centre.silent = silent
    summary = play(centre, [station()], heard(centre, 16))
    by_qn = {}
    for p in centre.packets:
        by_qn.setdefault(p.qn, []).append(p.raw)
    twice = [raws for raws in by_qn.values() if len(raws) > 1]
    assert len(twice) >= 4
    assert all(len(set(raws)) == 1 for raws in twice)
    assert summary["resent"] == sum(len(raws) - 1 for raws in by_qn.values())
    times = [p.data_time for p in centre.packets if p.cn == "2011"]
    assert times == sorted(times)


def test_a_centre_that_was_away_gets_everything_in_order(centre, station):
    spec = station("gas", "2025")

    async def away(team):
        await asyncio.sleep(0.5)
        await centre.close()
        await asyncio.sleep(1.5)
        await centre.open(centre.port)

    summary = play(
        centre, [spec], lambda team: team.counts["late"] > 10 and team.queued == 0, also=away
    )
    data = [p for p in centre.packets if p.cn == "2011"]
    times = list(dict.fromkeys(p.data_time for p in data))
    assert times == sorted(times)
    seconds = [t[14:16] + t[17:19] for t in times]
    steps = {(int(b[:2]) * 60 + int(b[2:]) - int(a[:2]) * 60 - int(a[2:])) % 3600
             for a, b in zip(seconds, seconds[1:], strict=False)}  # fmt: skip
    assert steps == {30}
    assert summary["late"] > 10
    assert {p.rf for p in data} == {None, "1"}
    assert summary["connections"] == 2


def test_a_request_is_answered_over_the_wire(centre, station):
    spec = station()

    async def ask(team):
        await asyncio.sleep(0.5)
        centre.send(build.request(
            "2051", edition="2017", st=spec.st, mn=spec.mn, pw=spec.password,
            qn="20251123120000777",
            fields={"BeginTime": "20251120100000", "EndTime": "20251120110000"},
        ))  # fmt: skip

    summary = play(centre, [spec], heard(centre, 1, "9012"), also=ask)
    answers = [p for p in centre.packets if p.qn == "20251123120000777"]
    assert [p.cn for p in answers] == ["9011", "9012"]
    asked = [p.data_time for p in centre.packets if (p.data_time or "").startswith("2025-11-20")]
    assert asked == [f"2025-11-20T10:{m}0:00+08:00" for m in range(6)] + [
        "2025-11-20T11:00:00+08:00"
    ]
    assert summary["requests"] == 1


# -- bad manners ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "error"), [("wrong_crc", "crc"), ("wrong_length", "length"), ("garbage", "noise")]
)
def test_spoilt_frames_are_seen_for_what_they_are_and_come_again(centre, station, kind, error):
    spec = station()
    spoilt = done(kind, 3, centre, more=12)
    summary = play(centre, [spec], spoilt, spells=spell(spec, kind, share=0.4))
    errors = {b.error for b in centre.bad}
    assert error in errors
    assert errors <= {error, "length"}
    assert summary["manners"][kind] >= 3
    good = [p for p in centre.packets if p.cn == "2011"]
    assert len({p.data_time for p in good}) > 5


def test_garbage_costs_no_frame(centre, station):
    spec = station()
    spells = spell(spec, "garbage", share=1.0)
    summary = play(centre, [spec], heard(centre, 10), spells=spells, talk=CALM)
    assert {b.error for b in centre.bad} == {"noise"}
    assert len(centre.bad) == summary["manners"]["garbage"] == len(centre.packets)
    assert summary["resent"] == 0


def test_a_cut_frame_does_not_take_the_next_one_with_it(centre, station):
    spec = station()
    spoilt = done("cut", 4, centre, more=8)
    summary = play(centre, [spec], spoilt, spells=spell(spec, "cut", share=0.5))
    # what stands at a cut frame's declared end belongs to the next frame and may look like hex
    assert {b.error for b in centre.bad} <= {"length", "crc"}
    assert 2 <= len(centre.bad) <= summary["manners"]["cut"]
    assert len({p.data_time for p in centre.packets if p.cn == "2011"}) > 4


def test_glued_frames_come_in_one_piece(centre, station):
    spec = station("gas", "2017")
    spoilt = done("glued", 2, centre)
    summary = play(centre, [spec], spoilt, spells=spell(spec, "glued", share=1.0), speed=900.0)
    assert summary["manners"]["glued"] >= 1
    together = [raw for raw in centre.raw if raw.count(b"##") == 2]
    assert len(together) >= 1
    assert centre.bad == []
    assert {w for p in centre.packets for w in p.warnings} == {"no CR LF"}


def test_lower_case_crc_is_remarked(centre, station):
    spec = station()
    play(centre, [spec], heard(centre, 5), spells=spell(spec, "lower_crc", share=1.0))
    assert {w for p in centre.packets for w in p.warnings} == {"CRC in lower-case hex"}


def test_missing_crlf_is_remarked(centre, station):
    spec = station()
    spoilt = done("no_crlf", 2, centre)
    play(centre, [spec], spoilt, spells=spell(spec, "no_crlf", share=0.5))
    assert {w for p in centre.packets for w in p.warnings} == {"no CR LF"}
    assert centre.bad == []


def test_duplicates_are_byte_for_byte(centre, station):
    spec = station()
    spells = spell(spec, "duplicate", share=1.0)
    summary = play(centre, [spec], heard(centre, 10), spells=spells, talk=CALM)
    raws = [p.raw for p in centre.packets]
    assert raws[0::2] == raws[1::2]
    assert len(raws) == 2 * summary["manners"]["duplicate"]


def test_gbk_text_is_read_as_gbk(centre, station):
    spec = station()
    summary = play(centre, [spec], heard(centre, 10), spells=spell(spec, "gbk_text", share=1.0))
    logs = [p for p in centre.packets if p.cn == "3020"]
    assert len(logs) == summary["manners"]["gbk_text"] > 0
    assert "反吹完成" in logs[0].factors["i21001"]["Info"]
    with pytest.raises(UnicodeDecodeError):
        logs[0].raw.decode()


def test_identity_can_be_wrong(centre, station):
    spec = station()
    play(centre, [spec], heard(centre, 3), spells=spell(spec, "wrong_password"))
    assert spec.password not in {p.pw for p in centre.packets}
    assert {p.mn for p in centre.packets} == {spec.mn}


def test_an_unknown_mn_is_sent(centre, station):
    spec = station()
    play(centre, [spec], heard(centre, 3), spells=spell(spec, "unknown_mn"))
    assert {p.mn for p in centre.packets} == {spec.mn[:-4] + "FFFF"}


def test_a_wrong_clock_moves_every_time(centre, station):
    spec = station()
    play(centre, [spec], heard(centre, 3), spells=spell(spec, "clock_wrong", hours=48.0))
    today = time.strftime("%Y%m%d", time.gmtime(time.time() + 8 * 3600 + 86400))
    assert {p.qn[:8] for p in centre.packets} <= {today, str(int(today) - 1), str(int(today) + 1)}
    assert all(p.data_time > time.strftime("%Y-%m-%dT", time.gmtime()) for p in centre.packets)


def test_an_outage_is_made_up_for(centre, station):
    spec = station()
    begin = time.time() - 86400 + 30
    spells = {spec.mn: [Spell("outage", begin, begin + 120)]}
    summary = play(
        centre, [spec], lambda team: team.counts["late"] > 2 and team.queued == 0, spells=spells
    )
    assert summary["connections"] == 2
    assert summary["late"] >= 2
    times = [p.data_time for p in centre.packets if p.cn == "2011"]
    assert times == sorted(times)


def test_a_half_open_link_is_left_and_a_new_one_made(centre, station):
    spec = station()
    begin = time.time() - 86400 + 20
    spells = {spec.mn: [Spell("half_open", begin, begin + 120)]}
    summary = play(centre, [spec], lambda team: len(centre.links) == 2, spells=spells)
    assert summary["manners"]["half_open"] == 1
    assert summary["connections"] == 2
    assert len(centre.links) == 2


def test_a_slow_loris_drips(centre, station):
    spec = station()
    talk = Talk(timeout=30.0, spread=0.0)
    spells = spell(spec, "slow_loris", pause=0.01)
    play(centre, [spec], lambda team: len(centre.raw) > 40, spells=spells, talk=talk)
    assert max(map(len, centre.raw)) < 20


def test_a_flood_does_not_wait_for_answers(centre, station):
    spec = station()
    centre.silent = lambda packet: True
    begun = time.monotonic()
    spells = spell(spec, "flood", rate=400.0)
    summary = play(centre, [spec], heard(centre, 300), spells=spells)
    assert summary["manners"]["flood"] <= 400 * (time.monotonic() - begun + 1)
    assert len({p.qn for p in centre.packets}) > 290


def test_a_deaf_logger_does_not_answer(centre, station):
    spec = station()

    async def ask(team):
        await asyncio.sleep(0.4)
        centre.send(build.request("1061", edition="2017", st=spec.st, mn=spec.mn,
                                  pw=spec.password, qn="20251123120000777"))  # fmt: skip

    deaf = done("deaf", 1, centre)
    summary = play(centre, [spec], deaf, spells=spell(spec, "deaf"), also=ask)
    assert "9011" not in {p.cn for p in centre.packets}
    assert summary["manners"]["deaf"] == 1


def test_a_restart_is_told(centre, station):
    spec = station()
    begin = time.time() - 86400 + 30
    spells = {spec.mn: [Spell("restart", begin, begin + 10)]}
    play(centre, [spec], heard(centre, 2, "2081"), spells=spells)
    assert [p.cn for p in centre.packets].count("2081") == 2


def test_every_manner_has_a_test_here():
    with open(__file__, encoding="utf-8") as source:
        text = source.read()
    missing = [kind for kind in MANNERS if f'"{kind}"' not in text]
    assert missing == []


def test_many_stations_share_one_process(centre):
    stations = fleet(300, seed=2, mix={"2005": 0.2, "2017": 0.8, "2025": 0.0})
    everybody = {s.mn for s in stations}
    summary = play(
        centre, stations, lambda team: everybody == {p.mn for p in centre.packets},
        speed=10.0, talk=Talk(timeout=15.0),
    )  # fmt: skip
    assert summary["linked"] == 300
    assert summary["resent"] == 0
    assert len({p.mn for p in centre.packets}) == 300


def test_time_runs_fast_until_it_meets_the_present():
    wall, real = [0.0], [1000.0]
    clock = SimulatedClock(400.0, 10.0, wall=lambda: wall[0], real=lambda: real[0])
    wall[0], real[0] = 30.0, 1030.0
    assert clock.now() == 700.0
    assert clock.until(800.0) == 10.0
    wall[0], real[0] = 100.0, 1100.0
    assert clock.now() == 1100.0
    assert clock.until(1110.0) == 10.0


def test_connections_see_the_same_frames_however_they_are_cut(centre, station):
    """What one run put on the wire, fed byte by byte: the same events."""
    spec = station()
    play(centre, [spec], heard(centre, 6), spells=spell(spec, "garbage", share=0.5))
    connection = hj212.Connection()
    found = []
    for byte in b"".join(centre.raw):
        connection.receive_data(bytes([byte]))
        while (event := connection.next_event()) is not hj212.NEED_DATA:
            found += [event.packet.raw] if isinstance(event, hj212.PacketReceived) else []
    assert found == [p.raw for p in centre.packets]
