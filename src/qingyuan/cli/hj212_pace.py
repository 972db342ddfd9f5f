"""When each packet of a recording is sent, and with which times in it."""

import re
from datetime import timedelta

from qingyuan import hj212
from qingyuan.hj212.sm4 import encrypt_segment, parse_key
from qingyuan.kernel.clock import parse_stamp

_DAY = 86400
# how far the DataTime of a command may be moved without leaving its period's edge
_GRAIN = {"2051": 60, "2061": 3600, "2031": _DAY, "2041": _DAY}
_QN = re.compile(rb"(?<=QN=)([0-9]{14})([0-9]{3})(?![0-9])")
_PERIOD = re.compile(rb"(?<=DataTime=)[0-9]{14}(?![0-9])")
_MOMENT = re.compile(rb"(?<=-SampleTime=)[0-9]{14}(?![0-9])")


def moment(packet: hj212.Packet) -> float | None:
    """Epoch seconds of the QN, or else of the first DataTime; None without either."""
    qn = packet.qn or ""
    sent = parse_stamp(qn[:14])
    if sent is not None and len(qn) == 17 and qn[14:].isdigit():
        return sent.timestamp() + int(qn[14:]) / 1000
    stamp = parse_stamp(packet.fields.get("DataTime", ""))
    return None if stamp is None else stamp.timestamp()


def schedule(
    packets: list[hj212.Packet],
    speed: float,
    *,
    now: float | None = None,
    sm4_key: str | None = None,
) -> list[tuple[float, hj212.Packet]]:
    """(seconds after the start, packet) in the order of the file.

    Gaps are divided by ``speed`` (``inf`` leaves none); a packet without time, or with an earlier
    one than its predecessor, follows at once. With ``now`` (epoch seconds of the start) times are
    moved as far as they can be without any packet being dated after its sending.
    """
    offsets = _offsets(packets)
    plan = [(offset / speed, packet) for offset, packet in zip(offsets, packets, strict=True)]
    if now is None:
        return plan
    rooms = [
        now + seconds - time for seconds, packet in plan if (time := moment(packet)) is not None
    ]
    shift = min(rooms, default=0.0)
    return [(seconds, shifted(packet, shift, sm4_key)) for seconds, packet in plan]


def _offsets(packets: list[hj212.Packet]) -> list[float]:
    offsets: list[float] = []
    first = last = None
    for packet in packets:
        time = moment(packet)
        if time is not None:
            first = time if first is None else first
            last = time if last is None else max(last, time)
        offsets.append(0.0 if first is None or last is None else last - first)
    return offsets


def shifted(packet: hj212.Packet, seconds: float, sm4_key: str | None = None) -> hj212.Packet:
    """The packet with QN, DataTime and SampleTime moved by ``seconds`` and a CRC of its own.

    DataTime moves by whole minutes, hours or days where the command wants it aligned.
    """
    exact = timedelta(milliseconds=round(seconds * 1000))
    grain = _GRAIN.get(packet.cn or "", 1)
    aligned = timedelta(seconds=seconds // grain * grain)
    segment = _QN.sub(lambda m: _move(m[1], int(m[2]), exact), packet.segment)
    segment = _PERIOD.sub(lambda m: _move(m[0], None, aligned), segment)
    segment = _MOMENT.sub(lambda m: _move(m[0], None, aligned), segment)
    frame = hj212.frame(segment)
    if packet.encrypted and sm4_key is not None:
        frame = frame[:6] + encrypt_segment(segment, parse_key(sm4_key)) + frame[-6:]
    return hj212.Packet(segment, frame, packet.offset, encrypted=packet.encrypted)


def _move(stamp: bytes, milliseconds: int | None, by: timedelta) -> bytes:
    moment = parse_stamp(stamp.decode())
    if moment is None:
        return stamp if milliseconds is None else stamp + b"%03d" % milliseconds
    moment += by + timedelta(milliseconds=milliseconds or 0)
    text = moment.strftime("%Y%m%d%H%M%S").encode()
    return text if milliseconds is None else text + b"%03d" % (moment.microsecond // 1000)
