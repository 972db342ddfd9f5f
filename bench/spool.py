"""The spool on this machine: appending, following, raw pages, verifying, compressing.

12-factor minute packets of 1 kB from 2,000 stations; every append is a durable commit
(``--synchronous`` says otherwise). Making the packets is not counted. JSON on stdout.
"""

import argparse
import json
import platform
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from qingyuan.kernel.clock import qn
from qingyuan.spool import NewFrame, SpoolReader, SpoolWriter, compress_before, verify
from qingyuan.spool.frame import DAY_MS

STATIONS = 2000
START = 1_763_870_400_000
FACTORS = [f"a{code}" for code in (
    34013, 21026, 21002, 19001, 21005, 21003, 24088, 25002, 21001, 21018, 21024, 20057,
)]


def packet(number: int, at: int, luck: random.Random) -> NewFrame:
    """One minute packet; a station keeps its level and wavers by a tenth."""
    mn = f"0100000A89000016F0{number % STATIONS:06d}"
    level = 1 + number % STATIONS / 50
    values = ";".join(
        f"{factor}-Min={level * luck.uniform(0.8, 0.9):.2f},"
        f"{factor}-Avg={level * luck.uniform(0.9, 1.1):.2f},"
        f"{factor}-Max={level * luck.uniform(1.1, 1.2):.2f},{factor}-Flag=N"
        for factor in FACTORS
    )
    stamp = qn(at)
    head = f"QN={stamp};ST=31;CN=2051;PW=123456;MN={mn};Flag=5"
    body = f"{head};CP=&&DataTime={stamp[:14]};{values}&&"
    return NewFrame(at, "192.0.2.7:40112", mn, "", f"##{len(body):04d}{body}ABCD\r\n".encode())


def batches(size: int, total: int, luck: random.Random) -> Iterator[list[NewFrame]]:
    for first in range(0, total, size):
        yield [packet(n, START + n, luck) for n in range(first, first + size)]


def append(directory: Path, size: int, total: int, synchronous: str) -> dict[str, float]:
    luck = random.Random(212)
    took, busy = [], 0.0
    with SpoolWriter(directory, synchronous=synchronous) as writer:
        for frames in batches(size, total, luck):
            cpu, start = time.process_time(), time.perf_counter()
            kept = writer.append(frames)
            took.append(time.perf_counter() - start)
            busy += time.process_time() - cpu
            if kept[-1] < 0:
                raise SystemExit("the bench's packets are not distinct")
    took.sort()
    return {
        "batch": size,
        "frames": total,
        "frames_per_s": round(total / sum(took)),
        "us_per_frame": round(sum(took) / total * 1e6, 2),
        "cpu_us_per_frame": round(busy / total * 1e6, 2),
        "commit_ms_p50": round(took[len(took) // 2] * 1e3, 2),
        "commit_ms_p99": round(took[len(took) * 99 // 100] * 1e3, 2),
        "commit_ms_max": round(took[-1] * 1e3, 2),
    }


def timed(act, times: int = 1) -> float:
    """Seconds of one call."""
    start = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - start) / times


def resend(directory: Path, total: int) -> float:
    """Microseconds for a frame that is kept already, anywhere in the day."""
    frames = [f for batch in batches(500, total, random.Random(212)) for f in batch]
    again = random.Random(1).sample(frames, 5000)
    with SpoolWriter(directory) as writer:
        start = time.perf_counter()
        answers = [n for at in range(0, 5000, 500) for n in writer.append(again[at : at + 500])]
        took = time.perf_counter() - start
    if max(answers) > 0:
        raise SystemExit("a resent frame was kept again")
    return took / 5000 * 1e6


def follow(directory: Path) -> None:
    with SpoolReader(directory) as reader:
        seq = 0
        while rows := reader.after(seq, 500):
            seq = rows[-1].seq


def read(directory: Path, total: int) -> dict[str, float]:
    with SpoolReader(directory) as reader:
        reader.after(total)
        mn = reader.after(total - 1)[0].mn
        page = timed(lambda: reader.of_station(mn, limit=100), 20)
        poll = timed(lambda: reader.after(total), 2000)
    return {
        "follow_frames_per_s": round(total / timed(lambda: follow(directory))),
        "idle_poll_us": round(poll * 1e6, 1),
        "station_page_of_100_ms": round(page * 1e3, 2),
        "verify_frames_per_s": round(total / timed(lambda: verify(directory))),
    }


def size(directory: Path, pattern: str, total: int) -> float:
    return round(sum(path.stat().st_size for path in directory.glob(pattern)) / total, 1)


def whole_day(directory: Path, total: int) -> dict[str, object]:
    """What a day costs on disk, to open again, to answer re-sends, to read, to compress."""
    luck = random.Random(212)
    with SpoolWriter(directory) as writer:
        for frames in batches(1000, total, luck):
            writer.append(frames)
        raw = sum(len(frame.raw) for frame in frames) / len(frames)
    resent = resend(directory, total)
    start = timed(lambda: SpoolWriter(directory).close())
    result: dict[str, object] = {
        "frames": total,
        "raw_bytes": round(raw),
        "bytes_per_frame": size(directory, "*.sqlite", total),
        "writer_start_s": round(start, 3),
        "resent_us_per_frame": round(resent, 1),
        "plain": read(directory, total),
    }
    with SpoolWriter(directory) as writer:
        writer.append([packet(day, START + day * DAY_MS, luck) for day in (1, 2)])
    took = timed(lambda: compress_before(directory, "2099-01-01"))
    result["compress_frames_per_s"] = round(total / took)
    result["packed_bytes_per_frame"] = size(directory, "*.packed.sqlite", total)
    result["packed"] = read(directory, total)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=300_000)
    parser.add_argument("--synchronous", default="FULL")
    parser.add_argument("--directory", type=Path, help="where to write; the disk to be measured")
    args = parser.parse_args()
    appended = []
    for batch in (1, 10, 100, 500, 1000):
        with tempfile.TemporaryDirectory(dir=args.directory) as directory:
            total = min(args.frames, batch * 1000)
            appended.append(append(Path(directory), batch, total, args.synchronous))
    with tempfile.TemporaryDirectory(dir=args.directory) as directory:
        day = whole_day(Path(directory), args.frames)
    print(json.dumps({
        "python": platform.python_version(), "sqlite": sqlite3.sqlite_version,
        "synchronous": args.synchronous, "append": appended, "day": day,
    }, indent=1))


if __name__ == "__main__":
    main()
