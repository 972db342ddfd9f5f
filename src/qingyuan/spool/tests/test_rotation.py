import sqlite3

import pytest

from qingyuan.kernel.clock import CST
from qingyuan.spool import SpoolError, SpoolReader, SpoolWriter, verify
from qingyuan.spool.frame import DAY_MS

HOUR = 3_600_000


def days(spool) -> list[str]:
    return sorted(path.name for path in spool.glob("2*.sqlite"))


def test_the_day_ends_at_midnight_in_china(spool, frame, noon):
    midnight = noon + 12 * HOUR
    with SpoolWriter(spool) as writer:
        assert writer.append([frame(1, at=midnight - 1), frame(2, at=midnight)]) == [1, 2]
    assert CST.utcoffset(None).total_seconds() == 8 * 3600
    assert days(spool) == ["2025-11-23.sqlite", "2025-11-24.sqlite"]
    with SpoolReader(spool) as reader:
        assert [row.at for row in reader.after(0)] == [midnight - 1, midnight]


def test_sequence_and_chain_run_over_days_without_gap(spool, frame, noon):
    for day in range(4):
        with SpoolWriter(spool) as writer:
            batch = [frame(10 * day + n, at=noon + day * DAY_MS) for n in range(3)]
            assert writer.append(batch) == [3 * day + 1, 3 * day + 2, 3 * day + 3]
    report = verify(spool)
    assert (report.ok, report.frames, len(report.days)) == (True, 12, 4)


def test_a_clock_that_goes_back_reopens_no_file_and_breaks_no_order(spool, frame, noon):
    with SpoolWriter(spool) as writer:
        writer.append([frame(1), frame(2, at=noon + DAY_MS)])
        assert writer.append([frame(3, at=noon), frame(4, at=noon + DAY_MS)]) == [3, 4]
    with SpoolWriter(spool) as writer:
        assert writer.append([frame(5, at=noon - 9 * DAY_MS)]) == [5]
    assert days(spool) == ["2025-11-23.sqlite", "2025-11-24.sqlite"]
    with SpoolReader(spool) as reader:
        assert [row.seq for row in reader.after(0)] == [1, 2, 3, 4, 5]
        assert [row.seq for row in reader.of_station("MN-A", until_at=noon)] == [5]
    assert verify(spool).ok


def test_a_day_without_frames_has_no_file(spool, frame, noon):
    with SpoolWriter(spool) as writer:
        assert writer.append([frame(1), frame(2, at=noon + 30 * DAY_MS)]) == [1, 2]
    assert days(spool) == ["2025-11-23.sqlite", "2025-12-23.sqlite"]


def test_a_new_day_opens_while_a_reader_sits_on_it(spool, frame, noon, sql):
    """A file that became write-ahead-logged only after its naming would wait for the reader."""
    from qingyuan.spool.dayfile import create

    spool.mkdir()
    create(spool / "2025-11-23.sqlite", "2025-11-23", 1, bytes(32))
    reader = sqlite3.connect(spool / "2025-11-23.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM meta").fetchall()
    with SpoolWriter(spool) as writer:
        assert writer.append([frame(1)]) == [1]
    reader.close()


def test_a_newest_day_that_is_no_database_stops_the_start_with_a_sentence(spool, frame):
    spool.mkdir()
    (spool / "2025-11-23.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(SpoolError, match="cannot be opened: .*restore it from a copy"):
        SpoolWriter(spool)


@pytest.mark.parametrize("leftover", ["made, not named", "named, empty"])
def test_a_writer_killed_while_it_turns_the_page_is_followed_by_the_next(
    spool, frame, noon, leftover
):
    with SpoolWriter(spool) as writer:
        writer.append([frame(1)])
        _, link = writer.head()
    if leftover == "named, empty":
        from qingyuan.spool.dayfile import create

        create(spool / "2025-11-24.sqlite", "2025-11-24", 2, link)
    else:
        (spool / ".2025-11-24.sqlite.new").write_bytes(b"half a file")
    with SpoolReader(spool) as reader:
        assert (reader.last_seq(), reader.head()) == (1, (1, link))
    with SpoolWriter(spool) as writer:
        assert writer.append([frame(2, at=noon + DAY_MS), frame(1)]) == [2, -1]
    assert verify(spool).ok
