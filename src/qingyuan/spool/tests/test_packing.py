import os

import pytest

from qingyuan.spool import (
    SpoolError,
    SpoolLocked,
    SpoolReader,
    SpoolWriter,
    compress_before,
    packedday,
    packing,
    verify,
)
from qingyuan.spool.frame import DAY_MS

HOUR = 3_600_000
DAYS = ["2025-11-23", "2025-11-24", "2025-11-25", "2025-11-26"]


@pytest.fixture
def four_days(spool, frame, noon, monkeypatch):
    """24 frames a day of three stations, compressed in blocks of 5."""
    monkeypatch.setattr(packedday, "BLOCK_FRAMES", 5)
    with SpoolWriter(spool) as writer:
        for n in range(84):
            verdict = "crc" if n % 10 == 0 else ""
            writer.append([frame(n, at=noon + n * HOUR, mn=f"站-{n % 3}", verdict=verdict)])
    return spool


def names(spool) -> list[str]:
    return sorted(path.name for path in spool.iterdir() if path.name[0] in "2.")


def everything(spool) -> list:
    with SpoolReader(spool) as reader:
        return [
            reader.after(0, 1000),
            [reader.get(seq) for seq in range(86)],
            reader.of_station("站-1"),
            reader.of_station("站-1", before=40, limit=3),
            reader.of_station("站-0", since_at=1_763_900_000_000, until_at=1_763_990_000_000),
            [reader.after(seq, 7) for seq in range(0, 84, 5)],
            reader.head(),
        ]


def test_compressed_days_read_as_before(four_days):
    before = everything(four_days)
    packed = compress_before(four_days, "2025-11-25")
    assert [path.name for path in packed] == [f"{day}.packed.sqlite" for day in DAYS[:2]]
    assert names(four_days) == [
        f"{DAYS[0]}.packed.sqlite", f"{DAYS[1]}.packed.sqlite",
        f"{DAYS[2]}.sqlite", f"{DAYS[3]}.sqlite",
    ]
    assert everything(four_days) == before
    assert (verify(four_days).ok, verify(four_days).frames) == (True, 84)
    assert compress_before(four_days, "2025-11-25") == []


def test_the_two_newest_days_stay_for_the_writer_and_only_days_before_are_taken(four_days):
    assert [p.name[:10] for p in compress_before(four_days, DAYS[1])] == DAYS[:1]
    assert [p.name[:10] for p in compress_before(four_days, "2099-01-01")] == DAYS[1:2]
    assert compress_before(four_days, "2099-01-01") == []


def test_the_writer_goes_on_beside_compressed_days(four_days, frame, noon):
    compress_before(four_days, "2099-01-01")
    with SpoolWriter(four_days) as writer:
        again = frame(83, at=noon + 84 * HOUR, mn="站-2")
        assert writer.append([again, frame(84, at=noon + 84 * HOUR)]) == [-84, 85]
    assert verify(four_days).ok


def test_a_reader_at_work_survives_the_swap(four_days):
    with SpoolReader(four_days) as at_work, SpoolReader(four_days) as listed:
        rows = at_work.after(0, 3)
        assert listed.last_seq() == 84
        compress_before(four_days, "2099-01-01")
        while page := at_work.after(rows[-1].seq, 3):
            rows += page
        assert [row.seq for row in rows] == list(range(1, 85))
        assert [row.seq for row in listed.after(0, 1000)] == list(range(1, 85))
        assert at_work.of_station("站-1") == listed.of_station("站-1")


def test_a_reader_lets_go_of_the_original_so_that_its_space_is_free(four_days):
    with SpoolReader(four_days) as reader:
        assert len(reader.after(0)) == 84
        compress_before(four_days, "2099-01-01")
        assert len(reader.after(0)) == 84
        held = [os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd")]
    assert [path for path in held if path.startswith(f"{four_days}/{DAYS[3]}")] != []
    assert [path for path in held if path.endswith("(deleted)") and str(four_days) in path] == []


def test_a_station_is_read_by_time_without_opening_the_whole_day(four_days, noon, monkeypatch):
    compress_before(four_days, "2099-01-01")
    opened = []
    unpack = packedday.unpack

    def counting(packed, links):
        opened.append(1)
        return unpack(packed, links)

    monkeypatch.setattr(packedday, "unpack", counting)
    with SpoolReader(four_days) as reader:
        since = noon + 20 * HOUR
        found = reader.of_station("站-1", since_at=since, until_at=since + 6 * HOUR)
        assert [row.seq for row in found] == [26, 23]
    assert len(opened) <= 3


def test_a_reader_that_listed_the_days_just_before_opens_the_packed_file(four_days):
    with SpoolReader(four_days) as reader:
        days = reader._directory.days()
        compress_before(four_days, "2099-01-01")
        assert [reader._directory.open(day).last_seq() for day in days] == [12, 36, 60, 84]


@pytest.mark.parametrize("moment", ["_write", "_compare", "_remove_original"])
def test_killed_in_the_middle_the_directory_is_readable_and_the_next_run_ends_it(
    four_days, moment, monkeypatch
):
    before = everything(four_days)
    act = getattr(packing, moment)

    def killed(*arguments):
        if moment == "_write":
            act(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(packing, moment, killed)
        with pytest.raises(KeyboardInterrupt):
            compress_before(four_days, "2099-01-01")
    assert everything(four_days) == before
    assert verify(four_days).ok
    compress_before(four_days, "2099-01-01")
    assert names(four_days) == [
        f"{DAYS[0]}.packed.sqlite", f"{DAYS[1]}.packed.sqlite",
        f"{DAYS[2]}.sqlite", f"{DAYS[3]}.sqlite",
    ]
    assert everything(four_days) == before


def test_a_day_with_a_broken_chain_is_left_and_named_and_the_others_are_done(four_days, sql):
    sql(four_days / f"{DAYS[0]}.sqlite", "UPDATE frame SET at = at + 1 WHERE seq = 5")
    with pytest.raises(SpoolError, match="2025-11-23.*broken at frame 5"):
        compress_before(four_days, "2099-01-01")
    assert names(four_days)[-3:] == [
        f"{DAYS[1]}.packed.sqlite", f"{DAYS[2]}.sqlite", f"{DAYS[3]}.sqlite",
    ]
    assert (four_days / f"{DAYS[0]}.sqlite").exists()


def test_a_copy_that_differs_never_replaces_the_original(four_days, monkeypatch):
    write_block = packedday.write_block

    def careless(connection, frames):
        write_block(connection, [row._replace(raw=row.raw.lower()) for row in frames])

    monkeypatch.setattr(packedday, "write_block", careless)
    with pytest.raises(SpoolError, match="the compressed copy differs after frame 0"):
        compress_before(four_days, "2099-01-01")
    assert (four_days / f"{DAYS[0]}.sqlite").exists()
    assert verify(four_days).ok


def test_a_word_that_is_no_day_and_a_second_run_at_once_are_refused(four_days):
    with pytest.raises(SpoolError, match="write YYYY-MM-DD"):
        compress_before(four_days, "yesterday")
    with packing._alone(four_days), pytest.raises(SpoolLocked, match="another process compresses"):
        compress_before(four_days, "2099-01-01")


def test_minute_packets_shrink_to_less_than_a_third(spool, noon):
    from qingyuan.spool import NewFrame

    def packet(n: int) -> bytes:
        values = ";".join(
            f"a{code}-Min={n * code % 97 / 10},a{code}-Avg={n * code % 89 / 10},a{code}-Flag=N"
            for code in range(21001, 21013)
        )
        return f"##0900QN={n:017d};ST=31;CN=2051;MN=X;CP=&&{values}&&ABCD\r\n".encode()

    with SpoolWriter(spool) as writer:
        writer.append([NewFrame(noon + n, "p", "X", "", packet(n)) for n in range(2000)])
        writer.append([NewFrame(noon + day * DAY_MS, "p", "X", "", b"##") for day in (1, 2)])
    plain = (spool / "2025-11-23.sqlite").stat().st_size
    (packed,) = compress_before(spool, "2025-11-24")
    assert packed.stat().st_size < plain / 3
