"""What a logger does when the office asks: 9011, the data or the deed, 9012.

One function a command in a table; each gives the response frames and the ExeRtn of the 9012, or
None for no 9012. Responses carry the request's QN and want no acknowledgement (HJ 212-2017 C.2,
C.5); history is uploaded under QNs of its own and acknowledged like any upload (C.48), in 2005
under the request's QN (annex C 6).
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from qingyuan.hj212 import Packet, build, commands
from qingyuan.kernel.clock import parse_stamp
from qingyuan.simulator.compose import Batch, Outgoing
from qingyuan.simulator.physics.events import Event
from qingyuan.simulator.physics.signal import day_start

if TYPE_CHECKING:
    from qingyuan.simulator.logger import DataLogger

ACCEPTED, REFUSED = 1, 2
DONE, FAILED, BAD_CONDITION, NO_DATA = 1, 2, 3, 100
_MOST_PERIODS = 5000
_INTERVALS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)


class Reply(NamedTuple):
    """`responses` go out before the 9012; `result` is its ExeRtn, None when the command has no
    9012."""

    responses: list[Batch]
    result: int | None = DONE


def handle(logger: "DataLogger", packet: Packet, now: float) -> None:
    """Queue everything that a request or notice from the centre calls for."""
    cn = packet.cn or ""
    logger.counts["requests"] += 1
    if cn in ("2012", "2022"):
        _stop(logger, cn)
        _queue(logger, "9013", build.notice_answer(packet), packet)
        return
    code = verdict(logger, packet)
    _queue(logger, "9011", build.request_answer(packet, code), packet)
    if code != ACCEPTED:
        logger.counts[f"refused {code}"] += 1
        return
    reply = _DEEDS[cn](logger, packet, now)
    for batch in reply.responses:
        logger.outbox.answer(batch)
    if reply.result is not None:
        _queue(logger, "9012", build.result(packet, reply.result), packet)


def verdict(logger: "DataLogger", packet: Packet) -> int:
    """QnRtn: 1 will do, 3 PW, 4 MN, 5 ST, 8 CN (HJ 212-2017 table 7); 2005 knows only 1, 2 and
    3."""
    spec = logger.spec
    known = commands.find(packet.cn or "", spec.edition, "down") and packet.cn in _DEEDS
    checks = (
        (packet.pw == logger.settings.password, 3),
        (packet.mn == spec.mn, 4),
        (packet.st == spec.st, 5),
        (bool(known), 8),
    )
    code = next((code for right, code in checks if not right), ACCEPTED)
    return REFUSED if spec.edition == "2005" and code > 3 else code


def _queue(logger: "DataLogger", cn: str, raw: bytes, packet: Packet) -> None:
    frame = Outgoing(cn, raw, packet.qn or "")
    logger.outbox.answer(Batch(cn, lambda late: [frame]))


def _stop(logger: "DataLogger", cn: str) -> None:
    if cn == "2022":
        logger.settings.status = False
        return
    logger.settings.realtime = False
    logger.timetable.change("2011", 0, 0)


def _response(
    logger: "DataLogger",
    packet: Packet,
    fields: dict[str, build.Value],
    factors: build.Factors | None = None,
) -> Reply:
    """One response under the request's number; 2005 puts the request's QN into the CP."""
    cn, qn = packet.cn or "", packet.qn or ""
    if logger.spec.edition == "2005":
        fields = {"QN": qn, **fields}
    frame = logger.composer.plain(cn, qn, fields, factors)
    return Reply([Batch(cn, lambda late: [frame])])


# -- parameters --------------------------------------------------------------------------------


def _timeout(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    settings, outbox = logger.settings, logger.outbox
    settings.timeout = int(packet.fields.get("OverTime", settings.timeout))
    settings.resends = int(packet.fields.get("ReCount", settings.resends))
    outbox.timeout, outbox.resends = float(settings.timeout), settings.resends
    return Reply([])


def _get_clock(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    fields: dict[str, build.Value] = {}
    if packet.fields.get("PolId"):
        fields["PolId"] = packet.fields["PolId"]
    return _response(logger, packet, {**fields, "SystemTime": logger.composer.stamp(now)})


def _set_clock(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    moment = parse_stamp(packet.fields.get("SystemTime", ""))
    if moment is None:
        return Reply([], FAILED)
    if not packet.fields.get("PolId"):
        logger.settings.clock = round(moment.timestamp() - now)
        logger.adopt()
    return Reply([])


def _get_rtd(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    return _response(logger, packet, {"RtdInterval": logger.settings.rtd_interval})


def _set_rtd(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    seconds = int(packet.fields.get("RtdInterval", "0") or 0)
    if not 30 <= seconds <= 3600:
        return Reply([], BAD_CONDITION)
    logger.settings.rtd_interval = seconds
    if logger.settings.realtime:
        logger.timetable.change("2011", seconds, now)
    return Reply([])


def _get_min(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    return _response(logger, packet, {"MinInterval": logger.settings.min_interval})


def _set_min(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    minutes = int(packet.fields.get("MinInterval", "0") or 0)
    if minutes not in _INTERVALS:
        return Reply([], BAD_CONDITION)
    logger.settings.min_interval = minutes
    logger.timetable.change("2051", 60 * minutes, now)
    return Reply([])


def _password(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    new = packet.fields.get("NewPW") or packet.fields.get("PW", "")
    if len(new) != 6:
        return Reply([], BAD_CONDITION)
    logger.settings.password = new
    logger.adopt()
    return Reply([])


def _get_limits(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    """1021 of 2005: the alarm limits of the factors asked for; PolId may stand several times."""
    wanted = [text for name, text in packet.pairs if name in ("PolId", "PolID")]
    factors: dict[str, dict[str, build.Value]] = {}
    for code in wanted:
        factor = logger.spec.factor(code)
        if factor is not None:
            low, high = logger.settings.limits.get(code, (factor.low, factor.limit or factor.high))
            factors[code] = {"LowValue": low, "UpValue": high}
    return _response(logger, packet, {}, factors) if factors else Reply([], NO_DATA)


def _set_limits(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    for code, row in packet.factors.items():
        logger.settings.limits[code] = (float(row["LowValue"]), float(row["UpValue"]))
    return Reply([])


def _get_target(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    target = logger.settings.alarm_target
    return _response(logger, packet, {"AlarmTarget": target}) if target else Reply([], NO_DATA)


def _set_target(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    logger.settings.alarm_target = packet.fields.get("AlarmTarget", "")
    return Reply([])


def _get_report_time(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    return _response(logger, packet, {"ReportTime": logger.settings.report_time})


def _set_report_time(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    logger.settings.report_time = packet.fields.get("ReportTime", "0000")
    return Reply([])


def _warn_time(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    logger.settings.warn_time = int(packet.fields.get("WarnTime", "60"))
    return Reply([])


# -- data --------------------------------------------------------------------------------------


def _realtime(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    """2011: real-time data begin, the first at once; in 2005 there is no 9012 (annex C 4)."""
    logger.settings.realtime = True
    logger.timetable.change("2011", logger.settings.rtd_interval, now)
    logger.outbox.put(Batch("2011", partial(logger.composer.realtime, int(now) // 30 * 30)))
    return Reply([], None if logger.spec.edition == "2005" else DONE)


def _status(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    """2021: the state of the treatment plant, once; SBx-RS 1 runs, 0 stands still."""
    logger.settings.status = True
    stopped = any(e.kind == "stop" for e in logger.signal.events(now - 1, now + 1))
    states: build.Factors = {f"SB{i}": {"RS": 0 if stopped else 1} for i in (1, 2, 3)}
    logger.outbox.put(Batch("2021", lambda late: _state_upload(logger, now, states)))
    return Reply([], None if logger.spec.edition == "2005" else DONE)


def _state_upload(logger: "DataLogger", now: float, states: build.Factors) -> list[Outgoing]:
    fields = {"DataTime": logger.composer.stamp(now)}
    qn = logger.composer.qn(now)
    return [logger.composer.plain("2021", qn, fields, states, ack=logger.spec.ack)]


def _history(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    """2051, 2061, 2031: what lies between BeginTime and EndTime, both included, and is over."""
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
    return logger.composer.period(cn, start, step, qn=asked)


def _periods(logger: "DataLogger", packet: Packet, now: float) -> Iterator[int]:
    begin = parse_stamp(packet.fields.get("BeginTime", ""))
    end = parse_stamp(packet.fields.get("EndTime", ""))
    if begin is None or end is None:
        return
    step = logger.timetable.step(packet.cn or "")
    first = int(begin.timestamp())
    midnight = day_start(first)
    first = midnight + -(-(first - midnight) // step) * step
    last = min(int(end.timestamp()), int(now) - step, first + (_MOST_PERIODS - 1) * step)
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


# -- control -----------------------------------------------------------------------------------


def _event(kind: str, seconds: int) -> "Deed":
    """A deed that shows in the readings of the factor it was ordered for."""

    def deed(logger: "DataLogger", packet: Packet, now: float) -> Reply:
        code = packet.fields.get("PolId") or packet.fields.get("PolID", "")
        factor = logger.spec.factor(code)
        if factor is None:
            return Reply([], BAD_CONDITION)
        start = int(now) // 30 * 30 + 30
        logger.signal.add(Event(kind, start, start + seconds, (factor.key,)))
        return Reply([])

    return deed


def _done(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    """Sampling orders leave no trace in the readings."""
    return Reply([])


def _vase(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    logger.settings.vase = logger.settings.vase % 12 + 1
    if packet.cn == "3022":
        return Reply([])
    stamp = logger.composer.stamp(now)
    return _response(logger, packet, {"DataTime": stamp, "VaseNo": logger.settings.vase})


def _sampling(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    pol, f = packet.fields.get("PolId", ""), packet.fields
    hours = f.get("Ctime") or f.get("CTime", "2")
    logger.settings.sampling[pol] = (f.get("CstartTime", "000000"), int(hours))
    return Reply([])


def _get_sampling(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    pol = packet.fields.get("PolId", "")
    start, hours = logger.settings.sampling.get(pol, ("000000", 2))
    return _response(logger, packet, {"PolId": pol, "CstartTime": start, "Ctime": hours})


def _result_time(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    return _response(logger, packet, {"PolId": packet.fields.get("PolId", ""), "Stime": 40})


def _serial(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    pol = packet.fields.get("PolId", "")
    place = next((i for i, f in enumerate(logger.spec.factors) if f.code == pol), None)
    if place is None:
        return Reply([], BAD_CONDITION)
    number = f"{logger.spec.mn:0>24}"[:22] + f"{place + 1:02X}"
    return _response(logger, packet, {"PolId": pol}, {pol: {"SN": number}})


def _information(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    """3020: i1x001 log lines, i12xxx states, i13xxx parameters."""
    info, pol = packet.fields.get("InfoId", ""), packet.fields.get("PolId")
    fields: dict[str, build.Value] = {"DataTime": logger.composer.stamp(now)}
    if pol:
        fields["PolId"] = pol
    if info.endswith("001") and info[1:3] in ("11", "21"):
        text = "//自检正常，校准记录已保存//"
    elif info.startswith("i12"):
        text = "0"
    else:
        text = logger.settings.parameters.get(info, "")
    return _response(logger, packet, fields, {info: {"Info": text}}) if text else Reply([], NO_DATA)


def _parameter(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    for code, row in packet.factors.items():
        logger.settings.parameters[code] = row.get("Info", "")
    return Reply([])


def _key(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    """1014: another SM4 key, 16 characters or 32 hex digits, used from the next packet on."""
    text = packet.fields.get("NewSK", "")
    key = bytes.fromhex(text) if len(text) == 32 else text.encode()
    if len(key) != 16:
        return Reply([], BAD_CONDITION)
    logger.composer.sm4_key = key
    return Reply([])


def _mn(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    """1002 would give the logger another MN, which its owner has to enter first."""
    return Reply([], BAD_CONDITION)


Deed = Callable[["DataLogger", Packet, float], Reply]
_calibrate, _blow_back = _event("calibration", 720), _event("maintenance", 300)
_check = _event("check", 2400)
_DEEDS: dict[str, Deed] = {
    "1000": _timeout, "1001": _warn_time, "1002": _mn, "1011": _get_clock, "1012": _set_clock,
    "1014": _key, "1021": _get_limits, "1022": _set_limits, "1031": _get_target,
    "1032": _set_target, "1041": _get_report_time, "1042": _set_report_time, "1061": _get_rtd,
    "1062": _set_rtd, "1063": _get_min, "1064": _set_min, "1072": _password,
    "2011": _realtime, "2021": _status, "2031": _history, "2041": _run_times, "2051": _history,
    "2061": _history, "3011": _calibrate, "3012": _done, "3013": _blow_back, "3014": _done,
    "3015": _vase, "3016": _sampling, "3017": _get_sampling, "3018": _result_time,
    "3019": _serial, "3020": _information, "3021": _parameter, "3022": _vase, "3024": _check,
}  # fmt: skip
