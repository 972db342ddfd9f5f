import pytest

from qingyuan.spool import SpoolError, SpoolReader, SpoolWriter, compress_before, verify
from qingyuan.spool.frame import DAY_MS

DAY1, DAY2, DAY3 = "2025-11-23", "2025-11-24", "2025-11-25"


@pytest.fixture
def three_days(spool, frame, noon):
    """Frames 1–10 on the first day, 11–20 on the second, 21–30 on the third."""
    with SpoolWriter(spool) as writer:
        for day in range(3):
            writer.append([frame(100 * day + n, at=noon + day * DAY_MS + n) for n in range(10)])
    return spool


def test_a_sound_spool_is_found_sound(three_days):
    report = verify(three_days)
    assert (report.ok, report.frames, report.problems) == (True, 30, ())
    assert report.days == (DAY1, DAY2, DAY3)
    with SpoolReader(three_days) as reader:
        assert (report.last_seq, report.head) == reader.head()


@pytest.mark.parametrize("change", [
    "raw = cast(raw || 'x' AS BLOB)",
    "raw = cast(replace(raw, '2051', '2061') AS BLOB)",
    "at = at + 1",
    "peer = '192.0.2.8:40112'",
    "mn = 'MN-B'",
    "verdict = 'unknown'",
])
def test_an_altered_row_is_named(three_days, sql, change):
    sql(three_days / f"{DAY2}.sqlite", f"UPDATE frame SET {change} WHERE seq = 15")
    report = verify(three_days)
    (problem,) = report.problems
    assert not report.ok
    assert problem.startswith(f"{DAY2}: frame 15: the row differs from what was kept")


def test_an_altered_link_is_named_and_so_is_the_row_that_hangs_on_it(three_days, sql):
    sql(three_days / f"{DAY2}.sqlite", "UPDATE frame SET link = zeroblob(32) WHERE seq = 15")
    first, second = verify(three_days).problems
    assert first.startswith(f"{DAY2}: frame 15: the row differs")
    assert second.startswith(f"{DAY2}: frame 16: the row differs")


def test_deleted_rows_are_named(three_days, sql):
    sql(three_days / f"{DAY2}.sqlite", "DELETE FROM frame WHERE seq = 15 OR seq BETWEEN 17 AND 18")
    assert verify(three_days).problems == (
        f"{DAY2}: frame 15 is missing", f"{DAY2}: frames 17–18 are missing",
    )


def test_rows_cut_off_a_day_that_has_a_successor_are_missed(three_days, sql):
    sql(three_days / f"{DAY2}.sqlite", "DELETE FROM frame WHERE seq > 18")
    assert verify(three_days).problems == (f"{DAY3}: frames 19–20 are missing before this day",)


def test_a_deleted_row_with_the_rest_moved_up_is_seen(three_days, sql):
    path = three_days / f"{DAY3}.sqlite"
    sql(path, "DELETE FROM frame WHERE seq = 25")
    sql(path, "UPDATE frame SET seq = seq - 1 WHERE seq > 25")
    problems = verify(three_days).problems
    assert problems[0].startswith(f"{DAY3}: frame 25: the row differs")


def test_an_inserted_row_is_seen(three_days, sql):
    path = three_days / f"{DAY3}.sqlite"
    sql(path, "INSERT INTO frame SELECT 31, at, peer, mn, verdict, raw, link FROM frame"
        " WHERE seq = 30")
    (problem,) = verify(three_days).problems
    assert problem.startswith(f"{DAY3}: frame 31: the row differs")


def test_swapped_rows_are_seen(three_days, sql):
    path = three_days / f"{DAY1}.sqlite"
    for old, new in ((4, 99), (5, 4), (99, 5)):
        sql(path, "UPDATE frame SET seq = ? WHERE seq = ?", new, old)
    problems = verify(three_days).problems
    assert [problem[:19] for problem in problems[:2]] == [
        f"{DAY1}: frame 4", f"{DAY1}: frame 5",
    ]


def test_a_missing_day_is_seen(three_days):
    (three_days / f"{DAY2}.sqlite").unlink()
    assert verify(three_days).problems == (f"{DAY3}: frames 11–20 are missing before this day",)


def test_a_day_put_in_from_elsewhere_is_seen(three_days, tmp_path, frame, noon):
    with SpoolWriter(tmp_path / "other") as writer:
        for day in range(2):
            writer.append([frame(100 * day + n, at=noon + day * DAY_MS) for n in range(10)])
    (tmp_path / "other" / f"{DAY2}.sqlite").replace(three_days / f"{DAY2}.sqlite")
    before, after = verify(three_days).problems
    assert before.startswith(f"{DAY2}: frame 11: the day does not continue the day before")
    assert after.startswith(f"{DAY3}: frame 21: the day does not continue the day before")


def test_one_day_is_verified_by_its_anchor(three_days, sql):
    with SpoolReader(three_days) as reader:
        before = reader.get(10).link
    report = verify(three_days, day=DAY2)
    assert (report.ok, report.frames, report.days, report.begins) == (True, 10, (DAY2,), before)
    sql(three_days / f"{DAY2}.sqlite", "UPDATE meta SET value = zeroblob(32) WHERE key = 'anchor'")
    (problem,) = verify(three_days, day=DAY2).problems
    assert problem.startswith(f"{DAY2}: frame 11: the row differs")


def test_older_days_taken_away_leave_a_sound_rest_that_says_where_it_begins(three_days):
    with SpoolReader(three_days) as reader:
        before = reader.get(10).link
    (three_days / f"{DAY1}.sqlite").unlink()
    report = verify(three_days)
    assert (report.ok, report.frames, report.begins) == (True, 20, before)


def test_a_cut_end_is_seen_by_a_head_noted_outside(three_days, sql):
    noted = verify(three_days).head
    sql(three_days / f"{DAY3}.sqlite", "DELETE FROM frame WHERE seq > 28")
    assert verify(three_days).ok
    (problem,) = verify(three_days, expected_head=noted).problems
    assert problem.startswith(f"the noted head {noted.hex()} does not occur")


def test_a_head_noted_earlier_is_found_in_the_longer_chain(three_days, frame, noon):
    noted = verify(three_days).head
    with SpoolWriter(three_days) as writer:
        writer.append([frame(1000 + n, at=noon + 3 * DAY_MS) for n in range(5)])
    report = verify(three_days, expected_head=noted)
    assert (report.ok, report.expected_at, report.last_seq) == (True, 30, 35)


def test_a_chain_made_anew_does_not_hold_the_noted_head(three_days, tmp_path, frame, noon):
    noted = verify(three_days).head
    with SpoolWriter(tmp_path / "anew") as writer:
        writer.append([frame(n, at=noon + n) for n in range(30)])
    assert not verify(tmp_path / "anew", expected_head=noted).ok


def test_a_damaged_file_is_a_finding_and_the_other_days_are_still_checked(three_days, sql):
    path = three_days / f"{DAY2}.sqlite"
    content = bytearray(path.read_bytes())
    for start in range(16384, len(content), 16384):
        content[start : start + 64] = bytes(64)
    path.write_bytes(content)
    sql(three_days / f"{DAY3}.sqlite", "DELETE FROM frame WHERE seq = 25")
    problems = verify(three_days).problems
    assert problems[0].startswith(f"{DAY2}: cannot be read after frame 10")
    assert problems[1] == f"{DAY3}: frame 25 is missing"


@pytest.mark.parametrize("change", [
    "UPDATE block SET packed = substr(packed, 1, length(packed) - 9)",
    "UPDATE block SET links = zeroblob(320)",
    "DELETE FROM block",
    "UPDATE meta SET value = 2 WHERE key = 'first_seq'",
])
def test_a_compressed_day_is_verified_as_well(three_days, sql, change):
    (packed,) = compress_before(three_days, DAY3)
    assert verify(three_days).frames == 30
    sql(packed, change)
    report = verify(three_days)
    assert not report.ok
    assert report.problems[0].startswith((DAY1, DAY2))


def test_a_day_or_directory_that_does_not_exist_is_refused(three_days, tmp_path):
    with pytest.raises(SpoolError, match="no frames of 2030-01-01; there are 2025-11-23 to"):
        verify(three_days, day="2030-01-01")
    with pytest.raises(SpoolError, match="no such directory"):
        verify(tmp_path / "elsewhere")


def test_verifying_holds_up_no_writer(three_days, frame, noon, monkeypatch):
    from qingyuan.spool import verification

    monkeypatch.setattr(verification, "PAGE_FRAMES", 1)
    with SpoolWriter(three_days) as writer:
        appended = iter(range(1000))

        class Busy(verification._Walk):
            def _frame(self, name, frame_):
                writer.append([frame(5000 + next(appended), at=noon + 2 * DAY_MS)])
                super()._frame(name, frame_)

        with monkeypatch.context() as patch:
            patch.setattr(verification, "_Walk", Busy)
            report = verify(three_days)
    assert (report.ok, report.last_seq) == (True, 30 + 20)
    assert verify(three_days).last_seq == 30 + next(appended)
