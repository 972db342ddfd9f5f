"""Any history of batches, restarts and clocks, against a list that does the same by hand."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qingyuan.kernel.clock import day_of
from qingyuan.spool import NewFrame, SpoolReader, SpoolWriter, compress_before, postings, verify

NOON = 1_763_870_400_000
HOUR = 3_600_000
COMPARED = ("", "unknown", "password")

frames = st.builds(
    NewFrame,
    at=st.sampled_from([-50, -25, -12, -1, 0, 1, 11, 12, 13, 24, 25, 36, 60, 85]).map(
        lambda hours: NOON + hours * HOUR
    ),
    peer=st.just("192.0.2.7:1"),
    mn=st.sampled_from(["A", "B"]),
    verdict=st.sampled_from(["", "", "", "unknown", "crc"]),
    raw=st.sampled_from([b"##1", b"##2", b"##3"]),
)
steps = st.lists(
    st.one_of(
        st.lists(frames, max_size=6),
        st.sampled_from(["restart", "compress"]),
    ),
    max_size=12,
)


class Ledger:
    """What the spool must do, with plain lists."""

    def __init__(self) -> None:
        self.kept: list[tuple[NewFrame, int]] = []  # with the number of its day file
        self.files: list[str] = []

    def append(self, new: NewFrame) -> int:
        day = day_of(new.at / 1000)
        if not self.files or day > self.files[-1]:
            self.files.append(day)
        newest = len(self.files)
        for seq, (old, file) in reversed(list(enumerate(self.kept, 1))):
            same = old.raw == new.raw and old.mn == new.mn and file >= newest - 1
            compared = old.verdict in COMPARED and new.verdict in COMPARED
            if same and compared and abs(old.at - new.at) <= 24 * HOUR:
                return -seq
        self.kept.append((new, newest))
        return len(self.kept)


@pytest.mark.parametrize("chunk", [1, 4, 16384])
@settings(max_examples=40, deadline=None)
@given(history=steps)
def test_any_history_is_kept_as_a_plain_list_would_keep_it(chunk, history):
    before = postings.CHUNK_FRAMES
    postings.CHUNK_FRAMES = chunk
    try:
        with tempfile.TemporaryDirectory() as directory:
            _play(Path(directory), history)
    finally:
        postings.CHUNK_FRAMES = before


def _play(directory: Path, history: list[object]) -> None:
    ledger = Ledger()
    writer, reader = SpoolWriter(directory, synchronous="OFF"), SpoolReader(directory)
    try:
        for step in history:
            if step == "restart":
                writer.close()
                writer = SpoolWriter(directory, synchronous="OFF")
            elif step == "compress":
                compress_before(directory, "2100-01-01")
            else:
                assert writer.append(step) == [ledger.append(new) for new in step]
            _agree(reader, ledger)
        assert verify(directory).problems == ()
        assert verify(directory).frames == len(ledger.kept)
    finally:
        writer.close()
        reader.close()


def _agree(reader: SpoolReader, ledger: Ledger) -> None:
    rows = [(seq, *new) for seq, (new, _) in enumerate(ledger.kept, 1)]
    assert [row[:6] for row in reader.after(0, 1000)] == rows
    assert reader.last_seq() == len(rows)
    for mn in ("A", "B", "C"):
        own = [row for row in reversed(rows) if row[3] == mn]
        assert [row[:6] for row in reader.of_station(mn)] == own
        some = [row for row in own if NOON - HOUR <= row[1] < NOON + 25 * HOUR]
        asked = reader.of_station(mn, since_at=NOON - HOUR, until_at=NOON + 25 * HOUR, limit=2)
        assert [row[:6] for row in asked] == some[:2]
