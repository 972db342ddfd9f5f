"""``qingyuan hj212 decode`` and ``encode``: bytes to JSON lines and back, as a stream."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from qingyuan import hj212
from qingyuan.cli import BadInput
from qingyuan.hj212.connection import MAX_LENGTH
from qingyuan.hj212.encode import LONGEST
from qingyuan.hj212.sm4 import parse_key

_CHUNK = 1 << 16
# A file's bad stretch should be one line; memory is bounded by this and not by the file.
_STRETCH = 1 << 22


def run_decode(argv: list[str]) -> int:
    """Print one JSON line for each event of the input. 0, or BadInput for what cannot be read."""
    parser = _parser("decode", "HJ 212 bytes to JSON lines, in stream order")
    parser.add_argument("--max-length", type=int, default=MAX_LENGTH, metavar="N",
                        help=f"longest declared length of a frame, default {MAX_LENGTH}")
    options = parser.parse_args(argv)
    if not 1 <= options.max_length <= LONGEST:
        raise BadInput(f"--max-length is a number from 1 to {LONGEST}")
    link = hj212.Connection(_key(options.sm4_key), options.max_length, max_stretch=_STRETCH)
    with _opened(options.file) as source:
        for chunk in _chunks(source, options.file):
            link.receive_data(chunk)
            _print_events(link)
        link.receive_eof()
        _print_events(link)
    sys.stdout.buffer.flush()
    return 0


def _print_events(link: hj212.Connection) -> None:
    out = sys.stdout.buffer
    while (event := link.next_event()) is not hj212.NEED_DATA:
        out.write(orjson.dumps(hj212.as_line(event), option=orjson.OPT_APPEND_NEWLINE))
    out.flush()


def run_encode(argv: list[str]) -> int:
    """Write a frame for each JSON line. Lines that cannot be encoded are named on stderr; the
    others are written all the same, and the exit status is 2."""
    options = _parser("encode", "JSON lines as decode prints them, to frames").parse_args(argv)
    key = _key(options.sm4_key)
    bad = 0
    out = sys.stdout.buffer
    with _opened(options.file) as source:
        for number, line in enumerate(_lines(source, options.file), 1):
            if not line.strip():
                continue
            try:
                out.write(_encode_line(line, key))
            except ValueError as error:
                bad += 1
                print(f"qingyuan hj212 encode: line {number}: {error}", file=sys.stderr)
    out.flush()
    return 2 if bad else 0


def _encode_line(line: bytes, key: bytes | None) -> bytes:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error}") from None
    if not isinstance(row, dict):
        raise ValueError("not a JSON object")
    if row.get("ok") is False:
        return _bad_stretch(row)
    return hj212.encode(row, sm4_key=key)


def _bad_stretch(row: dict[str, Any]) -> bytes:
    try:
        return bytes.fromhex(row["raw"])
    except (KeyError, TypeError, ValueError):
        raise ValueError("a bad stretch needs its raw bytes as hex") from None


def _parser(verb: str, purpose: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"qingyuan hj212 {verb}", description=purpose)
    parser.add_argument("--sm4-key", metavar="HEX", help="key of encrypted packets, 32 hex digits")
    parser.add_argument("file", nargs="?", default="-", help="a file, or - for standard input")
    return parser


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
    with ExitStack() as stack:
        try:
            source = stack.enter_context(Path(name).open("rb"))
        except OSError as error:
            raise BadInput(f"{name}: {error.strerror}") from None
        yield source


def _chunks(source: BinaryIO, name: str) -> Iterator[bytes]:
    # read1 gives what is there, so that packets appear while a pipe is still open
    read = source.read1 if hasattr(source, "read1") else source.read
    try:
        while chunk := read(_CHUNK):
            yield chunk
    except OSError as error:
        raise BadInput(f"{name}: {error.strerror}") from None


def _lines(source: BinaryIO, name: str) -> Iterator[bytes]:
    try:
        yield from source
    except OSError as error:
        raise BadInput(f"{name}: {error.strerror}") from None
