"""``qingyuan hj212 lint``: what the packets of a file break, each finding with its clause."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO

import orjson

from qingyuan import hj212
from qingyuan.cli import BadInput
from qingyuan.hj212.commands import EDITIONS
from qingyuan.hj212.lint import Finding, lint
from qingyuan.hj212.sm4 import parse_key

_CHUNK = 1 << 16

Subject = hj212.Packet | hj212.BadFrame


def run(argv: list[str]) -> int:
    """Print the findings of a file, one a line: offset, severity, clause, item, message.

    Exit status 0 whatever was found; BadInput for what cannot be read.
    """
    parser = argparse.ArgumentParser(
        prog="qingyuan hj212 lint", description="findings of HJ 212 packets, each with its clause"
    )
    parser.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
    parser.add_argument("--json", action="store_true", help="one JSON object a finding")
    parser.add_argument("--edition", choices=EDITIONS, help="what the station is registered for")
    parser.add_argument("--sm4-key", metavar="HEX", help="key of encrypted packets")
    options = parser.parse_args(argv)
    counted: Counter[str] = Counter()
    for subject in read_file(options.file, options.sm4_key):
        counted["packets"] += 1
        for finding in lint(subject, options.edition):
            counted[finding.severity] += 1
            sys.stdout.write(_line(subject.offset, finding, as_json=options.json))
    sys.stdout.flush()
    print(_summary(counted), file=sys.stderr)
    return 0


def _line(offset: int, finding: Finding, *, as_json: bool) -> str:
    if as_json:
        return orjson.dumps({"offset": offset, **asdict(finding)}).decode() + "\n"
    return (
        f"{offset}: {finding.severity}: {finding.where}: {finding.message_en} "
        f"[{finding.code}; {finding.clause}]\n"
    )


def _summary(counted: Counter[str]) -> str:
    found = ", ".join(f"{counted[name]} {name}s" for name in ("error", "warning", "remark"))
    return f"{counted['packets']} packets or bad stretches: {found}"


def read_file(name: str, key: str | None = None) -> Iterator[Subject]:
    """The packets and bad stretches of a file or, for ``-``, of standard input, as they come."""
    link = hj212.Connection(_key(key))
    with _opened(name) as source:
        read = getattr(source, "read1", source.read)
        while chunk := read(_CHUNK):
            link.receive_data(chunk)
            yield from _events(link)
        link.receive_eof()
        yield from _events(link)


def _events(link: hj212.Connection) -> Iterator[Subject]:
    while (event := link.next_event()) is not hj212.NEED_DATA:
        yield event.packet if isinstance(event, hj212.PacketReceived) else event


def _key(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return parse_key(text)
    except ValueError as error:
        raise BadInput(f"--sm4-key: {error}") from None


@contextmanager
def _opened(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        yield sys.stdin.buffer
        return
    try:
        source = Path(name).open("rb")  # noqa: SIM115
    except OSError as error:
        raise BadInput(f"cannot read {name}: {error.strerror}; give a file or -") from None
    with source:
        yield source
