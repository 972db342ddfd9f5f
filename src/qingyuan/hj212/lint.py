"""What a packet breaks, with the clause that says so. Strict where reading is lenient.

Every check is a function that gives (code, where, details) for what it finds; the codes, their
severity, clause and wording lie in ``data/lint.toml``, the departures known from the field in
``data/dialects.toml``. A packet that follows its edition to the letter has no finding but remarks.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files

from qingyuan.hj212 import BadFrame, Packet, commands, dialects, values
from qingyuan.hj212.clauses import cite
from qingyuan.hj212.commands import TableError
from qingyuan.hj212.lint_body import BODY_CHECKS, Hit, find_command

_ORDER = ("QN", "ST", "CN", "PW", "MN", "Flag", "PNUM", "PNO", "RF")
_NAME = re.compile(rb"(?:\A|[;,])[ \t]*(QN|ST|CN|PW|MN|Flag|PNUM|PNO|RF)=")
_LOW_BYTES = frozenset(("00", "01", "40", "41", "80", "81", "C0", "C1"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One departure: ``severity`` is error, warning or remark; ``where`` names the item."""

    code: str
    severity: str
    clause: str
    message_en: str
    message_zh: str
    where: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of ``data/lint.toml``."""

    severity: str
    clause: str
    en: str
    zh: str


def load(rows: Mapping[str, Mapping[str, str]]) -> dict[str, Rule]:
    """Rules by code; :class:`TableError` names one that is incomplete."""
    rules = {}
    for code, row in rows.items():
        if set(row) != {"severity", "clause", "en", "zh"}:
            raise TableError(f"lint rule {code}: needs severity, clause, en and zh")
        if row["severity"] not in dialects.SEVERITIES:
            raise TableError(f"lint rule {code}: severity is one of {dialects.SEVERITIES}")
        rules[code] = Rule(**row)
    return rules


RULES: Mapping[str, Rule] = load(
    tomllib.loads((files(__package__) / "data" / "lint.toml").read_text("utf-8"))
)


def lint(subject: Packet | BadFrame, edition: str | None = None) -> list[Finding]:
    """Findings of a packet or a bad frame, errors first.

    ``edition`` is what the station is registered for; without it the packet's own version bits
    decide, and 2017 where these are of no edition.
    """
    if isinstance(subject, BadFrame):
        return _bad_frame(subject, edition or "2017")
    packet = subject
    spoken = packet.edition
    checked = edition or spoken or "2017"
    command = find_command(packet, checked)
    findings = [
        _finding(hit, checked, command)
        for check in (*_CHECKS, *BODY_CHECKS)
        for hit in check(packet, checked)
    ]
    if edition and spoken and edition != spoken:
        hit = ("edition-differs", "Flag", {"spoken": spoken, "registered": edition})
        findings.append(_finding(hit, checked, command))
    findings += [_of_dialect(dialect, checked) for dialect in dialects.find(packet, checked)]
    return sorted(findings, key=lambda finding: dialects.SEVERITIES.index(finding.severity))


def _finding(hit: Hit, edition: str, command: commands.Command | None) -> Finding:
    code, where, details = hit
    rule = RULES[code]
    clause = cite(rule.clause, edition)
    if rule.clause == "command" and command is not None:
        clause = f"{commands.EDITIONS[edition].title} {command.clauses[edition]}"
    zh = {name.removesuffix("_zh"): text for name, text in details.items()}
    return Finding(
        code, rule.severity, clause, rule.en.format(**details), rule.zh.format(**zh), where
    )


def _of_dialect(dialect: dialects.Dialect, edition: str) -> Finding:
    clause = cite(dialect.clause, edition)
    message = f"{dialect.what}; {dialect.stored}"
    where = {"frame": "frame", "head": "header"}.get(dialect.look_in, "CP")
    return Finding(dialect.name, dialect.severity, clause, message, dialect.what_zh, where)


def _bad_frame(bad: BadFrame, edition: str) -> list[Finding]:
    code = bad.error if bad.error == "noise" else f"bad-{bad.error}"
    hits: list[Hit] = [(code, "frame", {"detail": bad.detail})]
    low = _declared_crc(bad)[2:]
    if low and low not in _LOW_BYTES:
        hits.append(("crc-impossible", "CRC", {"low": low}))
    findings = [_finding(hit, edition, None) for hit in hits]
    return findings + [_of_dialect(dialect, edition) for dialect in dialects.of_bad_frame(bad)]


def _declared_crc(bad: BadFrame) -> str:
    if bad.error != "crc":
        return ""
    end = 6 + int(bad.raw[2:6])
    return bad.raw[end : end + 4].decode("ascii", "replace").upper()


def _head(packet: Packet) -> bytes:
    return packet.segment.partition(b"CP=")[0]


def check_sizes(packet: Packet, edition: str) -> Iterator[Hit]:
    """Segment and CP within the edition's limits."""
    limits = commands.EDITIONS[edition]
    if len(packet.segment) > limits.segment_max:
        details = {"size": len(packet.segment), "limit": limits.segment_max}
        yield "segment-too-long", "frame", details
    if len(packet.cp) > limits.cp_max:
        yield "cp-too-long", "CP", {"size": len(packet.cp), "limit": limits.cp_max}


def check_alphabet(packet: Packet, edition: str) -> Iterator[Hit]:
    """ASCII only in 2005; since 2017 Chinese in the CP."""
    if edition == "2005" and not packet.segment.isascii():
        yield "not-ascii", "CP", {}
    elif not _head(packet).isascii():
        yield "chinese-in-header", "header", {}


def check_header_names(packet: Packet, edition: str) -> Iterator[Hit]:
    """Which items the header has, how often, in which order (2017 table 3)."""
    names = [name.decode() for name in _NAME.findall(_head(packet))]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield "header-repeated", name, {"name": name, "count": names.count(name)}
    needed = ("ST", "CN") if edition == "2005" else _ORDER[:6]
    for name in needed:
        if name not in names:
            yield "header-missing", name, {"name": name}
    expected = [name for name in _ORDER if name in names]
    if edition != "2005" and list(dict.fromkeys(names)) != expected:
        yield "header-order", "header", {"order": " ".join(names), "expected": " ".join(expected)}


def check_header_end(packet: Packet, edition: str) -> Iterator[Hit]:
    """How header and CP are parted, and how the CP opens and closes."""
    head = _head(packet)
    if head and not head.rstrip().endswith((b";", b",")):
        yield "header-glued", "CP", {}
    if b"CP=&&" not in packet.segment:
        yield "cp-open", "CP", {}
    if not packet.segment.endswith(b"&&") or packet.segment.endswith(b"CP=&&"):
        yield "cp-close", "CP", {}


def check_codes(packet: Packet, edition: str) -> Iterator[Hit]:
    """QN a moment, ST and CN in the edition's tables."""
    if packet.qn and len(packet.qn) == 17 and not values.is_moment(packet.qn, "T17"):
        yield "qn-no-time", "QN", {"qn": packet.qn}
    st, cn = packet.st or "", packet.cn or ""
    system = commands.SYSTEMS.get(st)
    if len(st) == 2 and (system is None or edition not in system.editions):
        yield "st-unknown", "ST", {"st": st}
    if len(cn) == 4 and not commands.find(cn, edition):
        others = sorted({name for row in commands.find(cn) for name in row.clauses})
        en = f" (it is in {', '.join(others)})" if others else ""
        zh = f"（见于 {'、'.join(others)} 版）" if others else ""
        yield "cn-unknown", "CN", {"cn": cn, "elsewhere": en, "elsewhere_zh": zh}


def check_widths(packet: Packet, edition: str) -> Iterator[Hit]:
    """Lengths of PW and MN; other departures of these two are dialects."""
    limits = commands.EDITIONS[edition]
    if packet.pw is not None and len(packet.pw) < limits.pw_length:
        yield "pw-short", "PW", {"size": len(packet.pw), "limit": limits.pw_length}
    if edition == "2005" and packet.mn and len(packet.mn) != limits.mn_length:
        yield "mn-length", "MN", {"size": len(packet.mn), "limit": limits.mn_length}


def check_flag(packet: Packet, edition: str) -> Iterator[Hit]:
    """Version bits, part numbers, re-send mark."""
    if packet.flag is not None and (packet.edition is None or packet.flag > 255):
        yield "flag-unknown", "Flag", {"flag": packet.flag}
    pno, pnum = packet.pno, packet.pnum
    if (pno, pnum) != (None, None) and not (pno and pnum and pno <= pnum):
        yield "part-number", "PNO", {"pno": pno, "pnum": pnum}
    if packet.rf is not None and (edition != "2025" or packet.rf != "1"):
        yield "resend-mark", "RF", {"rf": packet.rf}


_CHECKS: tuple[Callable[[Packet, str], Iterator[Hit]], ...] = (
    check_sizes,
    check_alphabet,
    check_header_names,
    check_header_end,
    check_codes,
    check_widths,
    check_flag,
)
