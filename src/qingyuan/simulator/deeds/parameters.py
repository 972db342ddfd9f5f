"""1000 to 1999: what the office reads and sets."""

from typing import TYPE_CHECKING

from qingyuan.hj212 import Packet, build
from qingyuan.kernel.clock import parse_stamp
from qingyuan.simulator.deeds import BAD_CONDITION, FAILED, NO_DATA, Deed, Reply, response

if TYPE_CHECKING:
    from qingyuan.simulator.logger import DataLogger

_INTERVALS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)


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
    return response(logger, packet, {**fields, "SystemTime": logger.composer.stamp(now)})


def _set_clock(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    moment = parse_stamp(packet.fields.get("SystemTime", ""))
    if moment is None:
        return Reply([], FAILED)
    if not packet.fields.get("PolId"):
        logger.settings.clock = round(moment.timestamp() - now)
        logger.adopt()
    return Reply([])


def _get_rtd(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    return response(logger, packet, {"RtdInterval": logger.settings.rtd_interval})


def _set_rtd(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    seconds = int(packet.fields.get("RtdInterval", "0") or 0)
    if not 30 <= seconds <= 3600:
        return Reply([], BAD_CONDITION)
    logger.settings.rtd_interval = seconds
    if logger.settings.realtime:
        logger.timetable.change("2011", seconds, now)
    return Reply([])


def _get_min(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    return response(logger, packet, {"MinInterval": logger.settings.min_interval})


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
    return response(logger, packet, {}, factors) if factors else Reply([], NO_DATA)


def _set_limits(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    for code, row in packet.factors.items():
        logger.settings.limits[code] = (float(row["LowValue"]), float(row["UpValue"]))
    return Reply([])


def _get_target(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    target = logger.settings.alarm_target
    return response(logger, packet, {"AlarmTarget": target}) if target else Reply([], NO_DATA)


def _set_target(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    logger.settings.alarm_target = packet.fields.get("AlarmTarget", "")
    return Reply([])


def _get_report_time(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    return response(logger, packet, {"ReportTime": logger.settings.report_time})


def _set_report_time(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    logger.settings.report_time = packet.fields.get("ReportTime", "0000")
    return Reply([])


def _warn_time(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    logger.settings.warn_time = int(packet.fields.get("WarnTime", "60"))
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


DEEDS: dict[str, Deed] = {
    "1000": _timeout, "1001": _warn_time, "1002": _mn, "1011": _get_clock, "1012": _set_clock,
    "1014": _key, "1021": _get_limits, "1022": _set_limits, "1031": _get_target,
    "1032": _set_target, "1041": _get_report_time, "1042": _set_report_time, "1061": _get_rtd,
    "1062": _set_rtd, "1063": _get_min, "1064": _set_min, "1072": _password,
}  # fmt: skip
