"""Random and mutated streams through the reader: ``python -m qingyuan.hj212.tests.fuzz --count N``.

Each input is read as a whole and once more in random pieces. Checked: nothing raises, both readings
give the same lines, the lines tile the input; of every tenth that the slow reader sees the same,
and of every sound packet of every tenth that decode, encode, decode gives the same again. A summary
in JSON comes out; exit status 1 with the seed and the input when a check failed.
"""

import argparse
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path

from qingyuan import hj212
from qingyuan.hj212 import crc, sm4
from qingyuan.hj212.tests import reference

CASES = Path(__file__).parents[4] / "cases" / "hj212-wild" / "packets.jsonl"
TOKENS = (
    b"##", b"#", b"##0020", b"##0100QN=", b"##4096ST=", b"##4097CN=", b"##0000CN=", b"QN=", b"CN=",
    b"CN=2011;", b"ST=21;", b"Flag=8;", b"Flag=9;", b"CP=&&", b"&&", b";", b",", b"=", b"-", b"//",
    b"DataTime=", b"20160801085857", b"-Rtd=", b"-Flag=N", b"\r\n", b"\n", b"\r", b" ", b"\x00",
    b"1C80", b"0000", b"c0c1", b"{0xE4,0x3E}", "清洗".encode(), "清洗".encode("gbk"), b"\xff",
)
BITS = (
    b"//", b"//", b"/", b";", b";", b",", b"=", b" ", b"a", b"b-Rtd", b"DataTime=20160801085857",
    b"//a;b//", b";//a=1,b=2//", b"i11001-Info=//a,b//", b"&", "清洗".encode(), "清".encode("gbk"),
)
KEY = b"0" * 16


class Fault(Exception):
    """A check failed."""


class Fuzz:
    """Makes inputs out of one seed and checks them."""

    def __init__(self, seed: int) -> None:
        self.luck = random.Random(seed)
        rows = [json.loads(row) for row in CASES.read_text("utf-8").splitlines()]
        self.segments = [row["raw"].encode() for row in rows if not row["framed"]]
        self.frames = [row["raw"].encode() for row in rows if row["framed"]]
        self.frames += map(hj212.frame, self.segments)
        self.counts: Counter[str] = Counter()

    def one(self) -> bytes:
        """An input: a few pieces, each random, made of tokens, a frame, or a hurt frame."""
        makers = (self.noise, self.tokens, self.frame, self.hurt, self.reframed, self.composed)
        pieces = [self.luck.choice(makers)() for _ in range(self.luck.choice((1, 1, 2, 3)))]
        return b"".join(pieces)

    def noise(self) -> bytes:
        return self.luck.randbytes(self.luck.randrange(40))

    def tokens(self) -> bytes:
        return b"".join(self.luck.choices(TOKENS, k=self.luck.randrange(12)))

    def frame(self) -> bytes:
        return self.luck.choice(self.frames)

    def hurt(self) -> bytes:
        return self._mutated(self.luck.choice(self.frames))

    def reframed(self) -> bytes:
        """A hurt segment with right length and CRC, at times encrypted."""
        segment = self._mutated(self.luck.choice(self.segments))
        whole = hj212.frame(segment)
        closed = segment.endswith(b"&&") and 0 <= segment.find(b"CP=&&") <= len(segment) - 7
        if closed and self.luck.random() < 0.2:
            return whole[:6] + sm4.encrypt_segment(segment, KEY) + whole[-6:]
        return whole

    def composed(self) -> bytes:
        """A sound frame whose CP is made of separators, marks of log text and bits of items, so
        that nameless items and log text meet in every order."""
        body = b"".join(self.luck.choices(BITS, k=self.luck.randrange(14)))
        return hj212.frame(b"ST=32;CN=2011;MN=8;Flag=4;CP=&&" + body + b"&&")

    def _mutated(self, data: bytes) -> bytes:
        for _ in range(self.luck.choice((1, 1, 2, 4))):
            at, size = self.luck.randrange(len(data) + 1), self.luck.choice((0, 1, 1, 2, 8, 60))
            new = self.luck.choice((b"", self.luck.randbytes(1), self.luck.choice(TOKENS)))
            data = data[:at] + new + data[at + size:]
        return data

    def pieces(self, data: bytes) -> list[bytes]:
        marks = sorted(self.luck.randrange(len(data) + 1) for _ in range(self.luck.randrange(1, 5)))
        return [data[a:b] for a, b in zip([0, *marks], [*marks, len(data)], strict=True)]

    def check(self, data: bytes, thorough: bool) -> None:
        rows = read([data])
        if read(self.pieces(data)) != rows:
            raise Fault("another cut gave other lines")
        at = 0
        for row in rows:
            self.counts[row.get("error", "ok")] += 1
            if row["offset"] != at:
                raise Fault("the lines do not tile the input")
            at += row["length"]
        if at != len(data):
            raise Fault("the lines do not reach the end")
        if thorough:
            self.check_thoroughly(data)

    def check_thoroughly(self, data: bytes) -> None:
        plain = [bare(row, "detail", "warnings") for row in read([data], key=None)]
        if plain != reference.events(data, crc=crc.crc16_by_table):
            raise Fault("the slow reader sees other lines")
        for row in plain:
            if row["ok"] and bare(*read([hj212.encode(row)], key=None), *CHANGES) != bare(
                row, *CHANGES
            ):
                raise Fault("decode, encode, decode changed a packet")
        self.counts["thorough"] += 1


CHANGES = ("offset", "length", "warnings")


def bare(row, *keys):
    return {key: value for key, value in row.items() if key not in keys}


def read(pieces, key=KEY):
    link, rows = hj212.Connection(sm4_key=key), []
    for piece in pieces:
        link.receive_data(piece)
        while (event := link.next_event()) is not hj212.NEED_DATA:
            rows.append(hj212.as_line(event))
    link.receive_eof()
    while (event := link.next_event()) is not hj212.NEED_DATA:
        rows.append(hj212.as_line(event))
    return rows


def run(count: int, seed: int) -> dict[str, object]:
    """Check ``count`` inputs; the summary names the first fault, if there is one."""
    fuzz, size, fault = Fuzz(seed), 0, None
    start, number = time.monotonic(), 0
    for number in range(1, count + 1):
        data = fuzz.one()
        size += len(data)
        try:
            fuzz.check(data, thorough=number % 10 == 0)
        except Exception as error:
            fault = {"input": number, "what": repr(error), "bytes": data.hex()}
            break
    return {
        "seed": seed, "inputs": number, "bytes": size, "lines": dict(fuzz.counts),
        "seconds": round(time.monotonic() - start, 1), "fault": fault,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=212)
    options = parser.parse_args()
    summary = run(options.count, options.seed)
    print(json.dumps(summary, indent=2))  # noqa: T201 (a command)
    return 1 if summary["fault"] else 0


if __name__ == "__main__":
    sys.exit(main())
