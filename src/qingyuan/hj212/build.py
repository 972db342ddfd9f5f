"""Packets of every command, ready to send: requests, notices, uploads, answers.

Everything is given from outside, the QN too, so that the same call always makes the same bytes.
What the tables of an edition do not allow is refused with a :class:`BuildError` that says what to
do. Named helpers for the single commands are in :mod:`qingyuan.hj212.orders`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from qingyuan.hj212 import commands, values
from qingyuan.hj212.answers import answer_to, data_answer, notice_answer, request_answer, result
from qingyuan.hj212.encode import frame
from qingyuan.hj212.sm4 import encrypt_segment
from qingyuan.kernel.clock import parse_stamp

__all__ = [
    "BuildError",
    "answer_to",
    "data_answer",
    "heartbeat",
    "next_qn",
    "notice_answer",
    "request",
    "request_answer",
    "result",
    "upload",
    "uploads",
]

Value = str | int | float
Pairs = Iterable[tuple[str, Value]]
Factors = Mapping[str, Mapping[str, Value]]
# A table in annex C of 2005 shows every request with Flag=3 although nothing is split.
_REQUEST_FLAG = {"2005": 3, "2017": 5, "2025": 9}
_FORBIDDEN = (";", ",", "=", "&&", "\r", "\n", "##")


class BuildError(ValueError):
    """The packet asked for is not in the standard's tables; the message says what to change."""


def request(
    cn: str,
    *,
    edition: str,
    st: str,
    mn: str,
    pw: str,
    qn: str,
    fields: Pairs | Mapping[str, Value] = (),
    sm4_key: bytes | None = None,
) -> bytes:
    """A request or notice from centre to device, checked against 2017 table 9 or 2005 6.5.

    ``fields`` are the CP in order, factor items as ``("i13004-Info", "168.0")``. A notice of 2005
    carries no Flag. With ``sm4_key`` the commands that 2025 wants encrypted are.
    """
    command = _command(cn, edition, "down")
    pairs = _pairs(fields)
    _check_fields(command, edition, pairs)
    flag = None if (edition, command.kind) == ("2005", "notice") else _REQUEST_FLAG[edition]
    head = _head(edition, qn, st, cn, pw, mn, flag, None, False)
    return _packet(head, pairs, edition, cn, sm4_key)


def upload(
    cn: str,
    *,
    edition: str,
    st: str,
    mn: str,
    pw: str,
    qn: str | None,
    fields: Pairs | Mapping[str, Value] = (),
    factors: Factors | None = None,
    ack: bool = True,
    part: tuple[int, int] | None = None,
    resend: bool = False,
    sm4_key: bytes | None = None,
) -> bytes:
    """One packet from device to centre: an upload, or a notice such as 1013 and 9015.

    ``fields`` come first in the CP (``DataTime``), then ``factors`` as ``{code: {suffix: value}}``.
    ``part`` is (number, count) of a split packet; ``resend`` writes RF=1 (2025 only). In 2005 the
    QN may be None when no acknowledgement is wanted.
    """
    command = _command(cn, edition, "up")
    pairs = _pairs(fields) + _items(factors or {})
    _check_fields(command, edition, pairs)
    if resend and edition != "2025":
        raise BuildError("RF=1 marks re-sent data in HJ 212-2025 only; send without resend=True")
    if qn is None and (edition != "2005" or ack):
        raise BuildError("a QN of 17 digits is needed; 2005 uploads without ack may leave it out")
    flag = commands.EDITIONS[edition].version_bits << 2 | (2 if part else 0) | (1 if ack else 0)
    head = _head(edition, qn, st, cn, pw, mn, flag or None, part, resend)
    return _packet(head, pairs, edition, cn, sm4_key)


def uploads(
    cn: str,
    *,
    edition: str,
    st: str,
    mn: str,
    pw: str,
    qn: str,
    data_time: str,
    factors: Factors,
    ack: bool = True,
    resend: bool = False,
    sm4_key: bytes | None = None,
) -> list[bytes]:
    """An upload of any size as one packet, or as parts none of which breaks the edition's limits.

    Factors stay whole and in order. Since 2017 every part has the same DataTime and a QN of its
    own, one millisecond after the last (table C.49); in 2005 all parts have one QN (annex C 6).
    """
    groups = _groups(edition, data_time, factors)
    common = {"edition": edition, "st": st, "mn": mn, "pw": pw, "ack": ack, "resend": resend}
    packets = []
    for number, group in enumerate(groups, start=1):
        part = (number, len(groups)) if len(groups) > 1 else None
        packets.append(
            upload(cn, qn=qn, fields=[("DataTime", data_time)], factors=group, part=part,
                   sm4_key=sm4_key, **common)  # type: ignore[arg-type]
        )  # fmt: skip
        qn = qn if edition == "2005" else next_qn(qn)
    return packets


def heartbeat(*, edition: str, st: str, mn: str, pw: str, qn: str, ack: bool = True) -> bytes:
    """9015 with an empty CP: in the table since 2025, sent by surface-water loggers before."""
    if edition == "2005":
        raise BuildError("HJ/T 212-2005 has no heartbeat; use edition 2017 or 2025")
    flag = commands.EDITIONS[edition].version_bits << 2 | (1 if ack else 0)
    head = _head(edition, qn, st, "9015", pw, mn, flag, None, False)
    return _packet(head, [], edition, "9015", None)


def next_qn(qn: str) -> str:
    """The QN one millisecond later.

    >>> next_qn("20161231235959999")
    '20170101000000000'
    """
    moment = parse_stamp(qn[:14])
    if moment is None or len(qn) != 17 or not qn[14:].isdigit():
        raise BuildError(f"QN {qn!r} is not YYYYMMDDhhmmsszzz; give 17 digits of a real time")
    moment += timedelta(milliseconds=int(qn[14:]) + 1)
    return moment.strftime("%Y%m%d%H%M%S") + f"{moment.microsecond // 1000:03d}"


def _command(cn: str, edition: str, direction: str) -> commands.Command:
    if edition not in commands.EDITIONS:
        raise BuildError(f"unknown edition {edition!r}; use one of {', '.join(commands.EDITIONS)}")
    rows = commands.find(cn, edition, direction)
    if rows:
        return rows[0]
    title = commands.EDITIONS[edition].title
    others = sorted({name for c in commands.find(cn, None, direction) for name in c.clauses})
    if others:
        raise BuildError(f"CN {cn} is not in {title}; it exists in {', '.join(others)}")
    if commands.find(cn):
        sender = "device, not by the centre" if direction == "down" else "centre, not by the device"
        raise BuildError(f"CN {cn} is sent by the {sender}; turn the direction round")
    raise BuildError(f"CN {cn} is in no edition; see qingyuan.hj212.commands for the list")


def _pairs(fields: Pairs | Mapping[str, Value]) -> list[tuple[str, str]]:
    items = fields.items() if isinstance(fields, Mapping) else fields
    return [(name, str(value)) for name, value in items]


def _items(factors: Factors) -> list[tuple[str, str]]:
    return [
        (f"{code}-{suffix}", str(value))
        for code, parts in factors.items()
        for suffix, value in parts.items()
    ]


def _check_fields(
    command: commands.Command, edition: str, pairs: Sequence[tuple[str, str]]
) -> None:
    fields = commands.FIELDS[edition]
    given = {fields[name].name if name in fields else name for name, _ in pairs}
    for name in command.required:
        if name not in given:
            raise BuildError(f"CN {command.cn} needs {name}; add it to the fields")
    allowed = set(command.fields(edition))
    for name, text in pairs:
        _check_text(name, text)
        plain = fields[name].name if name in fields else name
        if plain in allowed:
            _check_value(name, text, fields.get(name))
        else:
            _check_item(command, edition, name, text)


def _check_item(command: commands.Command, edition: str, name: str, text: str) -> None:
    suffix = name.rpartition("-")[2]
    suffixes = command.suffixes(edition)
    if "-" in name and suffix in suffixes:
        _check_value(name, text, commands.SUFFIXES[edition][suffix])
        return
    takes = ", ".join([*command.fields(edition), *(f"xxxxxx-{known}" for known in suffixes)])
    raise BuildError(f"CN {command.cn} of {edition} takes no {name}; it takes {takes or 'nothing'}")


def _check_value(name: str, text: str, field: commands.Field | None) -> None:
    problem = values.problem(field, text) if field and text else None
    if problem:
        raise BuildError(f"{name}={text} {problem.en}")


def _check_text(name: str, text: str) -> None:
    inside = text[2:-2] if len(text) > 3 and text.startswith("//") and text.endswith("//") else None
    for mark in ("&&",) if inside is not None else _FORBIDDEN:
        if mark in text:
            raise BuildError(f"{name} must not contain {mark!r}: it would end the item")


def _head(
    edition: str,
    qn: str | None,
    st: str,
    cn: str,
    pw: str,
    mn: str,
    flag: int | None,
    part: tuple[int, int] | None,
    resend: bool,
) -> str:
    for name, text in (("ST", st), ("PW", pw), ("MN", mn)):
        _check_text(name, text)
    if qn is not None and not values.is_moment(qn, "T17"):
        raise BuildError(f"QN {qn!r} is not YYYYMMDDhhmmsszzz; give 17 digits of a real time")
    parts = "" if part is None else f";PNUM={part[1]};PNO={part[0]}"
    if edition == "2005" and part is not None:
        parts = f";PNO={part[0]};PNUM={part[1]}"
    return "".join(
        (
            f"QN={qn};" if qn else "",
            f"ST={st};CN={cn};PW={pw};MN={mn}",
            "" if flag is None else f";Flag={flag}",
            parts,
            ";RF=1" if resend else "",
            ";CP=&&",
        )
    )


def _cp(pairs: Sequence[tuple[str, str]]) -> str:
    """Items of one factor are joined by ',', everything else by ';' (6.3.3.1)."""
    text, last = "", ""
    for name, value in pairs:
        code = name.rpartition("-")[0]
        separator = "" if not text else "," if code and code == last else ";"
        text += f"{separator}{name}={value}"
        last = code
    return text


def _packet(
    head: str, pairs: Sequence[tuple[str, str]], edition: str, cn: str, sm4_key: bytes | None
) -> bytes:
    limits = commands.EDITIONS[edition]
    cp = _cp(pairs).encode()
    segment = head.encode() + cp + b"&&"
    if len(cp) > limits.cp_max or len(segment) > limits.segment_max:
        raise BuildError(
            f"CP of {len(cp)} bytes, segment of {len(segment)}: the limits are {limits.cp_max} and "
            f"{limits.segment_max}; use uploads() to split it"
        )
    packet = frame(segment)
    if sm4_key is None or not commands.encrypted(cn, edition):
        return packet
    # length and CRC belong to the plain segment (2025 6.4)
    return packet[:6] + encrypt_segment(segment, sm4_key) + packet[-6:]


def _groups(edition: str, data_time: str, factors: Factors) -> list[dict[str, Mapping[str, Value]]]:
    limits = commands.EDITIONS[edition]
    # the longest header of the edition with four-digit part numbers and RF=1 leaves this much
    room = min(limits.cp_max, limits.segment_max - 140)
    base = len(f"DataTime={data_time}")
    groups: list[dict[str, Mapping[str, Value]]] = [{}]
    used = base
    for code, parts in factors.items():
        size = len(_cp(_items({code: parts})).encode()) + 1
        if base + size > room:
            raise BuildError(f"factor {code} alone needs {size} bytes; {room - base} fit a packet")
        if used + size > room:
            groups.append({})
            used = base
        groups[-1][code] = parts
        used += size
    return groups
