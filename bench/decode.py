"""Messages a second on one core: 12-factor minute packets of about 1 kB, length and CRC checked.

Three readers in one run, in turn, on the same 1,000 distinct packets: ``Connection`` to
``.factors``, ``Connection`` to the ordered texts that intake stores, and a plain reader as one
would write it first (split, table CRC). Medians of five. JSON on stdout.
"""

import argparse
import json
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable

from qingyuan import hj212

FACTORS = (
    "a34013", "a21026", "a21002", "a19001", "a01011", "a01012",
    "a01013", "a01014", "a00000", "a21005", "a05001", "a24088",
)
POLLUTANTS = ("a34013", "a21026", "a21002")
PLAIN, CONVERTED = ("Min", "Avg", "Max"), ("Min", "Avg", "Max", "ZsMin", "ZsAvg", "ZsMax", "Cou")
PACKETS, ROUNDS, REPEATS = 1000, 5, 10


def minute_packet(number: int, luck: random.Random) -> bytes:
    """One frame of CN=2051 from a boiler's stack: 60 values and flags of 12 factors."""
    groups = []
    for factor in FACTORS:
        base = luck.uniform(1, 90)
        suffixes = CONVERTED if factor in POLLUTANTS else PLAIN
        cells = [f"{factor}-{suffix}={base * luck.uniform(0.9, 1.1):.2f}" for suffix in suffixes]
        groups.append(",".join([*cells, f"{factor}-Flag=N"]))
    stamp = f"202611{1 + number // 144:02d}{number % 144 // 6:02d}{number % 6}000"
    segment = (
        f"QN={stamp}{number:03d};ST=31;CN=2051;PW=123456;MN=0100000A89000016F0{number:06d};"
        f"Flag=5;CP=&&DataTime={stamp};{';'.join(groups)}&&"
    )
    return hj212.frame(segment.encode())


def to_factors(stream: bytes) -> int:
    link, seen = hj212.Connection(), 0
    link.receive_data(stream)
    while (event := link.next_event()) is not hj212.NEED_DATA:
        seen += len(event.packet.factors)
    return seen


def to_values(stream: bytes) -> int:
    link, seen = hj212.Connection(), 0
    link.receive_data(stream)
    while (event := link.next_event()) is not hj212.NEED_DATA:
        _, texts = event.packet.values()
        seen += len(texts)
    return seen


def _table() -> list[int]:
    rows = []
    for row in range(256):
        for _ in range(8):
            row = (row >> 1) ^ 0xA001 if row & 1 else row >> 1
        rows.append(row)
    return rows


TABLE = _table()


def plainly(stream: bytes) -> int:
    """The reader that one writes first: correct on clean input, no resynchronisation."""
    at, seen, table = 0, 0, TABLE
    while at < len(stream):
        end = at + 6 + int(stream[at + 2 : at + 6])
        segment = stream[at + 6 : end]
        crc = 0xFFFF
        for byte in segment:
            crc = table[(crc >> 8) ^ byte]
        if b"%04X" % crc != stream[end : end + 4]:
            raise ValueError("CRC")
        head, _, cp = segment.decode().partition(";CP=&&")
        header = dict(item.split("=", 1) for item in head.split(";"))
        factors: dict[str, dict[str, str]] = {}
        for group in cp[:-2].split(";"):
            for item in group.split(","):
                name, _, text = item.partition("=")
                factor, hyphen, suffix = name.rpartition("-")
                if hyphen:
                    factors.setdefault(factor, {})[suffix] = text
        seen += len(factors) if header["CN"] else 0
        at = end + 6
    return seen


READERS: dict[str, Callable[[bytes], int]] = {
    "connection_to_factors": to_factors,
    "connection_to_values": to_values,
    "plain_table_crc": plainly,
}


def measure(rounds: int = ROUNDS, repeats: int = REPEATS) -> dict[str, object]:
    """Median messages/s of each reader. The rounds are interleaved so that a busy machine slows
    all three alike; CPU time of this process is counted, not the clock on the wall."""
    luck = random.Random(212)
    frames = [minute_packet(number, luck) for number in range(PACKETS)]
    stream = b"".join(frames)
    for reader in READERS.values():
        reader(stream)
    rates: dict[str, list[float]] = {name: [] for name in READERS}
    for _ in range(rounds):
        for name, reader in READERS.items():
            start = time.process_time()
            for _ in range(repeats):
                reader(stream)
            rates[name].append(PACKETS * repeats / (time.process_time() - start))
    medians = {name: round(statistics.median(each)) for name, each in rates.items()}
    plain = medians["plain_table_crc"]
    return {
        "packets": PACKETS,
        "bytes_per_packet": round(len(stream) / PACKETS),
        "factors": len(FACTORS),
        "messages_per_second": medians,
        "times_the_plain_reader": {
            name: round(rate / plain, 2) for name, rate in medians.items() if rate != plain
        },
        "rounds": rounds,
        "python": platform.python_version(),
        "machine": platform.machine(),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="JSON on stdout (always so)")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    json.dump(measure(options.rounds), sys.stdout, indent=2)
    print()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
