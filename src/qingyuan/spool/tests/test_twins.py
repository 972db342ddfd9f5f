import pytest

from qingyuan.spool import SpoolReader, SpoolWriter, postings
from qingyuan.spool.frame import DAY_MS


@pytest.fixture(params=[1, 3, 16384], ids=["chunk of 1", "chunk of 3", "all in the tail"])
def writer(spool, request, monkeypatch):
    monkeypatch.setattr(postings, "CHUNK_FRAMES", request.param)
    with SpoolWriter(spool) as writer:
        yield writer


def test_a_resent_frame_is_answered_with_its_twin_and_not_kept(writer, spool, frame, noon):
    assert writer.append([frame(1), frame(2), frame(3)]) == [1, 2, 3]
    assert writer.append([frame(2, at=noon + 5000), frame(4), frame(1)]) == [-2, 4, -1]
    with SpoolReader(spool) as reader:
        assert reader.last_seq() == 4


def test_twins_inside_one_batch_count(writer, frame):
    assert writer.append([frame(1), frame(2), frame(1), frame(1), frame(3)]) == [1, 2, -1, -1, 3]


def test_the_same_bytes_under_another_mn_are_a_fact_of_their_own(writer, frame):
    one = frame(1)
    assert writer.append([one, one._replace(mn="MN-B"), one._replace(mn="MN-B")]) == [1, 2, -2]


def test_the_same_qn_with_other_bytes_is_kept(writer, frame):
    one = frame(1)
    assert writer.append([one, one._replace(raw=one.raw.replace(b"ABCD", b"ABCE"))]) == [1, 2]


@pytest.mark.parametrize("verdict", ["crc", "length", "segment", "noise"])
def test_bad_frames_are_kept_each_time_and_are_nobodys_twin(writer, frame, verdict):
    bad, good = frame(1, verdict=verdict), frame(1)
    assert writer.append([bad, bad]) == [1, 2]
    assert writer.append([bad, good, good]) == [3, 4, -4]


@pytest.mark.parametrize("verdict", ["", "unknown", "password"])
def test_quarantined_frames_are_compared_too_whatever_their_verdict_was(writer, frame, verdict):
    assert writer.append([frame(1, verdict=verdict)]) == [1]
    assert writer.append([frame(1), frame(1, verdict="unknown")]) == [-1, -1]


def test_a_twin_counts_for_24_hours_to_the_millisecond(writer, frame, noon):
    assert writer.append([frame(1)]) == [1]
    assert writer.append([frame(1, at=noon + DAY_MS)]) == [-1]
    assert writer.append([frame(1, at=noon + DAY_MS + 1)]) == [2]
    assert writer.append([frame(1, at=noon + DAY_MS + 2)]) == [-2]


def test_a_frame_of_more_than_24_hours_ago_in_the_same_file_is_no_twin(writer, frame, noon):
    """A clock that went back two days writes into the newest file."""
    assert writer.append([frame(1), frame(2)]) == [1, 2]
    back = noon - 2 * DAY_MS
    assert writer.append([frame(1, at=back), frame(1, at=back), frame(1)]) == [3, -3, -1]


def test_twins_are_found_after_a_restart_and_over_midnight(spool, frame, noon):
    evening, morning = noon + 11 * 3_600_000, noon + 13 * 3_600_000
    with SpoolWriter(spool) as writer:
        writer.append([frame(1, at=evening), frame(2, at=evening)])
    with SpoolWriter(spool) as writer:
        assert writer.append([frame(1, at=evening)]) == [-1]
        assert writer.append([frame(2, at=morning), frame(3, at=morning)]) == [-2, 3]
    with SpoolWriter(spool) as writer:
        assert writer.append([frame(1, at=morning), frame(3, at=morning)]) == [-1, -3]


def test_frames_whose_digests_meet_are_told_apart_by_their_bytes(writer, frame, monkeypatch):
    """Eight bytes of SHA-256 will not meet by chance, so the digest is made weak."""
    from qingyuan.spool import daywriter
    from qingyuan.spool import writer as module

    def weak(prints: list[bytes]) -> list[int]:
        return [7] * len(prints)

    monkeypatch.setattr(module, "first_eights", weak)
    monkeypatch.setattr(daywriter, "first_eights", weak)
    assert writer.append([frame(1), frame(2), frame(1)]) == [1, 2, -1]
    assert writer.append([frame(3), frame(2), frame(1)]) == [3, -2, -1]
    assert writer.append([frame(4), frame(3), frame(4, mn="MN-B")]) == [4, -3, 5]
