"""The requests of the office and the uploads of a logger by name, one function a command.

Each is a thin form of :func:`qingyuan.hj212.build.request` or ``upload`` and raises its
:class:`~qingyuan.hj212.build.BuildError`. Times are texts ``YYYYMMDDhhmmss`` in China time.

>>> to = Address("2017", "32", "010000A8900016F000169DC0", "100000")
>>> set_realtime_interval(to, "20160801085857223", 30)[-6:]
b'1C80\\r\\n'
"""

from collections.abc import Mapping
from typing import NamedTuple

from qingyuan.hj212 import build
from qingyuan.hj212.build import Factors, Value


class Address(NamedTuple):
    """Whom a packet is for, or from: edition, ST, MN and PW as they stand in the header."""

    edition: str
    st: str
    mn: str
    pw: str


def _ask(to: Address, qn: str, cn: str, **fields: Value | None) -> bytes:
    given = {name: value for name, value in fields.items() if value is not None}
    return build.request(
        cn, edition=to.edition, st=to.st, mn=to.mn, pw=to.pw, qn=qn, fields=given
    )


def set_timeout(to: Address, qn: str, seconds: int, resends: int) -> bytes:
    """1000: time-out and number of re-sends of the logger."""
    return _ask(to, qn, "1000", OverTime=seconds, ReCount=resends)


def get_clock(to: Address, qn: str, pol_id: str | None = None) -> bytes:
    """1011: clock of the logger, or of one factor's analyser."""
    return _ask(to, qn, "1011", PolId=pol_id)


def set_clock(to: Address, qn: str, system_time: str, pol_id: str | None = None) -> bytes:
    """1012: set the clock of the logger, or of one factor's analyser."""
    return _ask(to, qn, "1012", PolId=pol_id, SystemTime=system_time)


def get_realtime_interval(to: Address, qn: str) -> bytes:
    """1061: seconds between real-time uploads."""
    return _ask(to, qn, "1061")


def set_realtime_interval(to: Address, qn: str, seconds: int) -> bytes:
    """1062: seconds between real-time uploads, 30 to 3600 since 2017."""
    return _ask(to, qn, "1062", RtdInterval=seconds)


def get_minute_interval(to: Address, qn: str) -> bytes:
    """1063: minutes of a minute reading (since 2017)."""
    return _ask(to, qn, "1063")


def set_minute_interval(to: Address, qn: str, minutes: int) -> bytes:
    """1064: minutes of a minute reading, one of 1 2 3 4 5 6 10 12 15 20 30 (since 2017)."""
    return _ask(to, qn, "1064", MinInterval=minutes)


def set_password(to: Address, qn: str, password: str) -> bytes:
    """1072: the logger's new password; its field is called PW in 2005, NewPW since."""
    name = "PW" if to.edition == "2005" else "NewPW"
    return _ask(to, qn, "1072", **{name: password})


def start_realtime(to: Address, qn: str) -> bytes:
    """2011: begin real-time uploads."""
    return _ask(to, qn, "2011")


def stop_realtime(to: Address, qn: str) -> bytes:
    """2012, a notice: stop real-time uploads; in 2005 with the QN of the 2011 that began them."""
    return _ask(to, qn, "2012")


def start_status(to: Address, qn: str) -> bytes:
    """2021: begin uploads of the treatment plant's state."""
    return _ask(to, qn, "2021")


def stop_status(to: Address, qn: str) -> bytes:
    """2022, a notice: stop uploads of the treatment plant's state."""
    return _ask(to, qn, "2022")


def history(to: Address, qn: str, cn: str, begin: str, end: str) -> bytes:
    """2051 minutes, 2061 hours, 2031 days, 2041 run times, from ``begin`` to ``end`` inclusive."""
    return _ask(to, qn, cn, BeginTime=begin, EndTime=end)


def calibrate(to: Address, qn: str, pol_id: str, kind: int | None = None) -> bytes:
    """3011: zero and span calibration; 2025 may say which: ``kind`` 0 zero, 1 span."""
    return _ask(to, qn, "3011", PolId=pol_id, CalibrationType=kind)


def sample(to: Address, qn: str, pol_id: str) -> bytes:
    """3012: take a sample now."""
    return _ask(to, qn, "3012", PolId=pol_id)


def clean(to: Address, qn: str, pol_id: str) -> bytes:
    """3013: clean the water analyser, blow back the gas analyser."""
    return _ask(to, qn, "3013", PolId=pol_id)


def compare(to: Address, qn: str, pol_id: str) -> bytes:
    """3014: comparison sampling (since 2017; in 2005 the number sets the sampling cycle)."""
    return _ask(to, qn, "3014", PolId=pol_id)


def keep_sample(to: Address, qn: str, pol_id: str | None = None) -> bytes:
    """3015 (2017) or 3022 (2025): keep a sample in a bottle."""
    return _ask(to, qn, "3022" if to.edition == "2025" else "3015", PolId=pol_id)


def set_sampling_cycle(to: Address, qn: str, pol_id: str, start: str, hours: int) -> bytes:
    """3016: sample every ``hours`` from ``start`` (hhmmss)."""
    return _ask(to, qn, "3016", PolId=pol_id, CstartTime=start, Ctime=hours)


def get_sampling_cycle(to: Address, qn: str, pol_id: str) -> bytes:
    """3017: start and cycle of sampling."""
    return _ask(to, qn, "3017", PolId=pol_id)


def get_time_to_result(to: Address, qn: str, pol_id: str) -> bytes:
    """3018: minutes from sampling to result."""
    return _ask(to, qn, "3018", PolId=pol_id)


def get_instrument(to: Address, qn: str, pol_id: str) -> bytes:
    """3019: the analyser's identity."""
    return _ask(to, qn, "3019", PolId=pol_id)


def get_information(
    to: Address,
    qn: str,
    info_id: str,
    pol_id: str | None = None,
    begin: str | None = None,
    end: str | None = None,
) -> bytes:
    """3020: state, parameter or log of a device; ``begin`` and ``end`` are for logs."""
    return _ask(to, qn, "3020", PolId=pol_id, InfoId=info_id, BeginTime=begin, EndTime=end)


def set_parameter(
    to: Address, qn: str, info_id: str, value: Value, pol_id: str | None = None
) -> bytes:
    """3021: set a parameter of a device."""
    return _ask(to, qn, "3021", PolId=pol_id, InfoId=info_id, **{f"{info_id}-Info": value})


def start_standard_check(to: Address, qn: str, pol_id: str) -> bytes:
    """3024: begin an automatic check with a standard sample (2025)."""
    return _ask(to, qn, "3024", PolId=pol_id)


def set_key(to: Address, qn: str, created: str, key: str, sm4_key: bytes | None) -> bytes:
    """1014: a new SM4 key (2025); itself encrypted with the old one, ``sm4_key``."""
    fields = {"SKCreateTime": created, "NewSK": key}
    return build.request(
        "1014", edition=to.edition, st=to.st, mn=to.mn, pw=to.pw, qn=qn, fields=fields,
        sm4_key=sm4_key,
    )  # fmt: skip


def ask_clock(sender: Address, qn: str, pol_id: str | None = None) -> bytes:
    """1013, a notice from the device: please set my clock."""
    return _tell(sender, qn, "1013", {"PolId": pol_id} if pol_id else {})


def restarted(sender: Address, qn: str, data_time: str, restart_time: str) -> bytes:
    """2081: the logger was switched on at ``restart_time``."""
    return _tell(sender, qn, "2081", {"DataTime": data_time, "RestartTime": restart_time})


def plant_state(
    sender: Address, qn: str, data_time: str, states: Mapping[str, int], *, ack: bool = True
) -> bytes:
    """2021: state of treatment plant by device number (``SB1``): 0 off, 1 on, 2017 more."""
    factors = {name: {"RS": state} for name, state in states.items()}
    return _tell(sender, qn, "2021", {"DataTime": data_time}, factors, ack=ack)


def run_times(
    sender: Address, qn: str, data_time: str, hours: Mapping[str, float], *, ack: bool = True
) -> bytes:
    """2041: hours that treatment plant ran on a day, by device number."""
    factors = {name: {"RT": value} for name, value in hours.items()}
    return _tell(sender, qn, "2041", {"DataTime": data_time}, factors, ack=ack)


def information(
    sender: Address,
    qn: str,
    data_time: str,
    values: Mapping[str, Value],
    pol_id: str | None = None,
    *,
    ack: bool = True,
) -> bytes:
    """3020: states, parameters or a log of a device by information code (``i12001``)."""
    fields: dict[str, Value] = {"DataTime": data_time}
    if pol_id:
        fields["PolId"] = pol_id
    return _tell(
        sender, qn, "3020", fields, {code: {"Info": text} for code, text in values.items()}, ack=ack
    )


def log_line(sender: Address, qn: str, data_time: str, text: str, pol_id: str | None) -> bytes:
    """3020 with a line of the analyser's log (i11001), or of the logger's without ``pol_id``."""
    code = "i11001" if pol_id else "i21001"
    return information(sender, qn, data_time, {code: f"//{text}//"}, pol_id)


def _tell(
    sender: Address,
    qn: str,
    cn: str,
    fields: Mapping[str, Value],
    factors: Factors | None = None,
    *,
    ack: bool = True,
) -> bytes:
    return build.upload(
        cn, edition=sender.edition, st=sender.st, mn=sender.mn, pw=sender.pw, qn=qn, fields=fields,
        factors=factors, ack=ack,
    )  # fmt: skip
