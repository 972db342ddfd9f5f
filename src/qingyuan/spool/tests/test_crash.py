"""Killed at any moment, torn at any byte: what was acknowledged is there, and the chain holds."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from qingyuan.spool import SpoolReader, SpoolWriter, verify

LOAD = """
import sys
from pathlib import Path
from qingyuan.spool import NewFrame, SpoolWriter, postings
postings.CHUNK_FRAMES = 700
writer = SpoolWriter(Path(sys.argv[1]))
number, at = int(sys.argv[2]), 1763870400000
while True:
    batch = [
        NewFrame(at + 400 * n, "p", f"MN{n % 7}", "", b"##%d" % n + bytes(900))
        for n in range(number, number + 50)
    ]
    for new, seq in zip(batch, writer.append(batch)):
        print(seq, new.raw[2:].rstrip(bytes(1)).decode())
    sys.stdout.flush()
    number += 50
"""


def _load_and_kill(spool: Path, number: int, seconds: float) -> list[tuple[int, int]]:
    child = subprocess.Popen(
        [sys.executable, "-c", LOAD, str(spool), str(number)], stdout=subprocess.PIPE, text=True
    )
    first = child.stdout.readline()
    time.sleep(seconds)
    os.kill(child.pid, signal.SIGKILL)
    lines = [first, *child.stdout.read().split("\n")[:-1]]
    child.stdout.close()
    child.wait()
    return [(int(seq), int(name)) for seq, name in map(str.split, lines)]


def test_kill_9_under_load_loses_nothing_acknowledged_and_doubles_nothing(spool):
    acknowledged: list[tuple[int, int]] = []
    number = 0
    for seconds in (0.05, 0.2, 0.11):
        acknowledged += _load_and_kill(spool, number, seconds)
        number = acknowledged[-1][1] + 1
    with SpoolReader(spool) as reader:
        kept = {}
        seq = 0
        while rows := reader.after(seq, 1000):
            kept.update({row.seq: int(row.raw[2:].rstrip(b"\0")) for row in rows})
            seq = rows[-1].seq
    # A batch that was durable when the kill came, and not yet acknowledged, is answered with its
    # twins by the next writer: minus the sequence.
    assert {abs(seq): name for seq, name in acknowledged}.items() <= kept.items()
    assert list(kept) == list(range(1, len(kept) + 1))
    assert len(set(kept.values())) == len(kept)
    report = verify(spool)
    assert (report.problems, report.frames) == ((), len(kept))


@pytest.fixture
def running(spool, frame):
    """A spool whose last frames lie in the write-ahead log only, as a power cut would find it."""
    with SpoolWriter(spool) as writer:
        for batch in range(30):
            writer.append([frame(batch * 10 + n) for n in range(10)])
        yield spool
        writer.append([])


@pytest.mark.parametrize("keep", [1.0, 0.97, 0.5, 0.02, 0.0])
def test_a_torn_tail_leaves_a_sound_beginning_of_whole_batches(running, tmp_path, keep, frame):
    torn = tmp_path / "torn"
    torn.mkdir()
    for path in running.glob("*.sqlite*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, torn)
    (log,) = torn.glob("*-wal")
    whole = log.stat().st_size
    assert whole > 100_000
    os.truncate(log, int(whole * keep))
    with SpoolWriter(torn) as writer:
        last, _ = writer.head()
        assert last % 10 == 0
        assert writer.append([frame(n) for n in range(300)]) == [
            *(-seq for seq in range(1, last + 1)), *range(last + 1, 301),
        ]
    assert verify(torn).ok


def test_all_of_the_log_is_300_frames(running):
    with SpoolReader(running) as reader:
        assert reader.last_seq() == 300


def test_rubbish_behind_the_log_is_not_taken_for_frames(running, tmp_path):
    torn = tmp_path / "torn"
    torn.mkdir()
    for path in running.glob("*.sqlite*"):
        if not path.name.endswith("-shm"):
            shutil.copy(path, torn)
    (log,) = torn.glob("*-wal")
    with log.open("ab") as file:
        file.write(bytes(range(256)) * 200)
    report = verify(torn)
    assert (report.ok, report.frames) == (True, 300)
