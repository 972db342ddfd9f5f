import os
import subprocess
import sys
import threading

import pytest

from qingyuan.spool import SpoolReader, SpoolWriter, directory, postings
from qingyuan.spool.frame import DAY_MS

HOUR = 3_600_000


def test_after_pages_through_all_days_in_order(spool, frame, noon):
    with SpoolWriter(spool) as writer:
        writer.append([frame(n, at=noon + n * HOUR) for n in range(60)])
    with SpoolReader(spool) as reader:
        seen, seq = [], 0
        while page := reader.after(seq, 7):
            assert len(page) <= 7
            seen += [row.seq for row in page]
            seq = page[-1].seq
        assert seen == list(range(1, 61))
        assert [row.seq for row in reader.after(57, 2)] == [58, 59]
        assert reader.after(60) == []
        assert reader.after(1000) == []


def test_get_finds_one_frame_and_only_that(spool, frame, noon):
    with SpoolWriter(spool) as writer:
        writer.append([frame(n, at=noon + n * DAY_MS) for n in range(10)])
    with SpoolReader(spool) as reader:
        assert [reader.get(seq).seq for seq in (10, 1, 5)] == [10, 1, 5]
        assert (reader.get(0), reader.get(11)) == (None, None)


def test_a_reader_made_before_the_spool_sees_it_come_to_life(spool, frame):
    with SpoolReader(spool) as reader:
        assert reader.after(0) == []
        with SpoolWriter(spool) as writer:
            writer.append([frame(1)])
            assert [row.seq for row in reader.after(0)] == [1]


def test_a_polling_reader_sees_each_new_day_at_once(spool, frame, noon):
    with SpoolReader(spool) as reader, SpoolWriter(spool) as writer:
        for day in range(20):
            writer.append([frame(day, at=noon + day * DAY_MS)])
            assert [row.seq for row in reader.after(day)] == [day + 1]
            assert reader.last_seq() == day + 1


def test_a_new_day_within_one_tick_of_the_file_systems_clock_is_seen(spool, frame, noon):
    with SpoolReader(spool) as reader, SpoolWriter(spool) as writer:
        writer.append([frame(1)])
        assert reader.last_seq() == 1
        tick = spool.stat().st_mtime_ns
        writer.append([frame(2, at=noon + DAY_MS)])
        os.utime(spool, ns=(tick, tick))
        assert [row.seq for row in reader.after(1)] == [2]


def test_few_files_stay_open_however_many_days_are_read(spool, frame, noon):
    with SpoolWriter(spool, synchronous="OFF") as writer:
        writer.append([frame(day, at=noon + day * DAY_MS) for day in range(30)])
    before = len(os.listdir("/proc/self/fd"))
    with SpoolReader(spool) as reader:
        assert len(reader.after(0)) == 30
        # the file, its log and the log's index
        assert len(os.listdir("/proc/self/fd")) - before <= 3 * directory.KEPT_OPEN


@pytest.mark.parametrize("chunk", [1, 10, 16384])
def test_a_station_is_read_newest_first_page_by_page(spool, frame, noon, chunk, monkeypatch):
    monkeypatch.setattr(postings, "CHUNK_FRAMES", chunk)
    with SpoolWriter(spool) as writer:
        for n in range(60):
            writer.append([frame(n, at=noon + n * HOUR, mn=f"MN-{n % 3}")])
    with SpoolReader(spool) as reader:
        seen: list[int] = []
        before = None
        while page := reader.of_station("MN-1", before=before, limit=4):
            seen += [row.seq for row in page]
            before = page[-1].seq
        assert seen == list(range(59, 0, -3))
        assert reader.of_station("MN-9") == []


def test_a_station_is_read_between_two_times(spool, frame, noon):
    with SpoolWriter(spool) as writer:
        writer.append([frame(n, at=noon + n * HOUR) for n in range(60)])
    with SpoolReader(spool) as reader:
        since, until = noon + 20 * HOUR, noon + 40 * HOUR
        found = reader.of_station("MN-A", since_at=since, until_at=until)
        assert [row.at for row in found] == list(range(until - HOUR, since - HOUR, -HOUR))
        assert len(reader.of_station("MN-A", since_at=noon + 60 * HOUR)) == 0


def test_a_bad_frame_is_shown_with_the_links_last_mn(spool, frame):
    with SpoolWriter(spool) as writer:
        writer.append([frame(1), frame(2, verdict="crc"), frame(3, mn="", verdict="noise")])
    with SpoolReader(spool) as reader:
        assert [row.verdict for row in reader.of_station("MN-A")] == ["crc", ""]
        assert [row.verdict for row in reader.of_station("")] == ["noise"]


def test_a_chunk_written_while_a_station_is_read_shows_no_frame_twice(spool, frame, monkeypatch):
    monkeypatch.setattr(postings, "CHUNK_FRAMES", 10)
    with SpoolWriter(spool) as writer, SpoolReader(spool) as reader:
        writer.append([frame(n) for n in range(9)])
        known = postings.covered

        def covered(connection):
            found = known(connection)
            writer.append([frame(9)])
            return found

        monkeypatch.setattr(postings, "covered", covered)
        assert [row.seq for row in reader.of_station("MN-A")] == list(range(10, 0, -1))


WRITE = """
import sys
from pathlib import Path
from qingyuan.spool import NewFrame, SpoolWriter, postings
postings.CHUNK_FRAMES = 100
with SpoolWriter(Path(sys.argv[1]), synchronous="OFF") as writer:
    for first in range(0, 4000, 20):  # a frame a minute: three midnights
        writer.append([
            NewFrame(1763870400000 + 60_000 * n, "p", "A", "", b"%d" % n)
            for n in range(first, first + 20)
        ])
"""


def test_readers_in_another_process_follow_a_writer_over_midnights_without_gap(spool):
    child = subprocess.Popen([sys.executable, "-c", WRITE, str(spool)])
    ended = threading.Event()
    threading.Thread(target=lambda: (child.wait(), ended.set())).start()
    with SpoolReader(spool) as reader:
        seen: list[int] = []
        while True:
            last_look = ended.is_set()
            rows = reader.after(len(seen), 33)
            seen += [row.seq for row in rows]
            assert seen[-50:] == list(range(1, len(seen) + 1))[-50:]
            if not rows and last_look:
                break
    assert child.returncode == 0
    assert len(seen) == 4000
