"""2000 to 2999: real-time data and state begin, history is read back."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from qingyuan.hj212 import Packet, build
from qingyuan.kernel.clock import parse_stamp
from qingyuan.simulator.compose import Batch, Outgoing
from qingyuan.simulator.deeds import BAD_CONDITION, DONE, NO_DATA, Deed, Reply
from qingyuan.simulator.physics.signal import day_start

if TYPE_CHECKING:
    from qingyuan.simulator.logger import DataLogger

_MOST_PERIODS = 5000


def _realtime(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    """2011: real-time data begin, the first at once; in 2005 there is no 9012 (annex C 4)."""
    logger.settings.realtime = True
    logger.timetable.change("2011", logger.settings.rtd_interval, now)
    logger.outbox.put(Batch("2011", partial(logger.composer.realtime, int(now) // 30 * 30)))
    return Reply([], None if logger.spec.edition == "2005" else DONE)


def _status(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    """2021: the state of the treatment plant, now and then at the real-time interval (C.15)."""
    logger.timetable.change("2021", logger.settings.rtd_interval, now)
    logger.outbox.put(Batch("2021", partial(logger.composer.states, int(now))))
    return Reply([], None if logger.spec.edition == "2005" else DONE)


def _history(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    """2051, 2061, 2031, 2062: what is over between BeginTime and EndTime, both included."""
    cn = packet.cn or ""
    starts = list(_periods(logger, packet, now))
    if not starts:
        return Reply([], NO_DATA)
    step = logger.timetable.step(cn)
    return Reply([Batch(cn, partial(_past, logger, packet, cn, s, step, now)) for s in starts])


def _past(
    logger: "DataLogger", packet: Packet, cn: str, start: int, step: int, now: float, late: bool
) -> list[Outgoing]:
    """One period; in 2005 under the QN of the request, later under QNs of their own."""
    asked = packet.qn if logger.spec.edition == "2005" else logger.composer.qn(now)
    if cn == "2062":
        return logger.composer.check(start, qn=asked)
    return logger.composer.period(cn, start, step, qn=asked)


def _periods(logger: "DataLogger", packet: Packet, now: float) -> Iterator[int]:
    begin = parse_stamp(packet.fields.get("BeginTime", ""))
    end = parse_stamp(packet.fields.get("EndTime", ""))
    if begin is None or end is None:
        return
    cn = packet.cn or ""
    step = logger.timetable.step(cn)
    if not step:
        return
    origin = day_start(begin.timestamp()) + logger.timetable.shift(cn)
    first = origin + -(-(int(begin.timestamp()) - origin) // step) * step
    over = int(now) if cn == "2062" else int(now) - step
    last = min(int(end.timestamp()), over, first + (_MOST_PERIODS - 1) * step)
    yield from range(first, last + 1, step)


def _run_times(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    """2041: hours that the treatment plant ran on each day, 24 less the hours of stops."""
    begin = parse_stamp(packet.fields.get("BeginTime", ""))
    end = parse_stamp(packet.fields.get("EndTime", ""))
    if begin is None or end is None:
        return Reply([], BAD_CONDITION)
    first = day_start(begin.timestamp())
    days = range(first, min(int(end.timestamp()), int(now) - 86400) + 1, 86400)
    batches = [Batch("2041", partial(_run_time, logger, day, now)) for day in days[:400]]
    return Reply(batches, DONE if batches else NO_DATA)


def _run_time(logger: "DataLogger", day: int, now: float, late: bool) -> list[Outgoing]:
    stops = [e for e in logger.signal.events(day, day + 86400) if e.kind == "stop"]
    lost = sum(min(e.end, day + 86400) - max(e.start, day) for e in stops)
    hours = f"{24 - min(86400, lost) / 3600:.1f}"
    factors: build.Factors = {f"SB{i}": {"RT": hours} for i in (1, 2, 3)}
    fields = {"DataTime": logger.composer.stamp(day)}
    qn = logger.composer.qn(now)
    return [logger.composer.plain("2041", qn, fields, factors, ack=logger.spec.ack)]


DEEDS: dict[str, Deed] = {
    "2011": _realtime, "2021": _status, "2031": _history, "2041": _run_times, "2051": _history,
    "2061": _history, "2062": _history,
}  # fmt: skip
