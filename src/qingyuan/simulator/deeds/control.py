"""3000 to 3999: calibrating, sampling, cleaning, and what the devices say about themselves."""

from typing import TYPE_CHECKING

from qingyuan.hj212 import Packet, build
from qingyuan.simulator.deeds import BAD_CONDITION, NO_DATA, Deed, Reply, response
from qingyuan.simulator.physics.events import Event

if TYPE_CHECKING:
    from qingyuan.simulator.logger import DataLogger


def _event(kind: str, seconds: int) -> Deed:
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
    return response(logger, packet, {"DataTime": stamp, "VaseNo": logger.settings.vase})


def _sampling(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    pol, f = packet.fields.get("PolId", ""), packet.fields
    hours = f.get("Ctime") or f.get("CTime", "2")
    logger.settings.sampling[pol] = (f.get("CstartTime", "000000"), int(hours))
    return Reply([])


def _get_sampling(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    pol = packet.fields.get("PolId", "")
    start, hours = logger.settings.sampling.get(pol, ("000000", 2))
    return response(logger, packet, {"PolId": pol, "CstartTime": start, "Ctime": hours})


def _result_time(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    return response(logger, packet, {"PolId": packet.fields.get("PolId", ""), "Stime": 40})


def _serial(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    pol = packet.fields.get("PolId", "")
    place = next((i for i, f in enumerate(logger.spec.factors) if f.code == pol), None)
    if place is None:
        return Reply([], BAD_CONDITION)
    number = f"{logger.spec.mn:0>24}"[:22] + f"{place + 1:02X}"
    return response(logger, packet, {"PolId": pol}, {pol: {"SN": number}})


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
    return response(logger, packet, fields, {info: {"Info": text}}) if text else Reply([], NO_DATA)


def _parameter(logger: "DataLogger", packet: Packet, now: float) -> Reply:
    for code, row in packet.factors.items():
        logger.settings.parameters[code] = row.get("Info", "")
    return Reply([])


_calibrate, _blow_back = _event("calibration", 720), _event("maintenance", 300)
_check = _event("check", 2400)
DEEDS: dict[str, Deed] = {
    "3011": _calibrate, "3012": _done, "3013": _blow_back, "3014": _done, "3015": _vase,
    "3016": _sampling, "3017": _get_sampling, "3018": _result_time, "3019": _serial,
    "3020": _information, "3021": _parameter, "3022": _vase, "3024": _check,
}  # fmt: skip
