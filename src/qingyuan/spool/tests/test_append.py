import subprocess
import sys
from hashlib import sha256

import pytest

from qingyuan.spool import SpoolError, SpoolLocked, SpoolReader, SpoolWriter


def test_sequences_count_from_one_and_rows_come_back_verbatim(spool, frame):
    sent = [frame(1), frame(2, mn="MN-B", verdict="unknown"), frame(3, verdict="crc")]
    with SpoolWriter(spool) as writer:
        assert writer.append(sent) == [1, 2, 3]
    with SpoolReader(spool) as reader:
        kept = reader.after(0)
    assert [row[1:6] for row in kept] == [tuple(new) for new in sent]


def test_what_append_returned_is_seen_by_a_reader_opened_before(spool, frame):
    with SpoolReader(spool) as reader, SpoolWriter(spool) as writer:
        assert reader.last_seq() == 0
        for number in range(1, 6):
            writer.append([frame(number)])
            assert reader.last_seq() == number


def test_each_link_hashes_the_link_before_and_the_whole_row(spool, frame, noon):
    with SpoolWriter(spool) as writer:
        writer.append([frame(1), frame(2, mn="测", verdict="unknown")])
        head = writer.head()
    with SpoolReader(spool) as reader:
        one, two = reader.after(0)
        assert reader.head() == head == (2, two.link)
    text = f"1 {noon} 15 4 192.0.2.7:40112MN-A".encode()
    assert one.link == sha256(bytes(32) + text + sha256(one.raw).digest()).digest()
    text = f"2 {noon} 15 1 192.0.2.7:40112测unknown".encode()
    assert two.link == sha256(one.link + text + sha256(two.raw).digest()).digest()


def test_sequence_and_chain_go_on_after_a_restart(spool, frame):
    for number in range(1, 4):
        with SpoolWriter(spool) as writer:
            assert writer.append([frame(number)]) == [number]


def test_a_second_writer_is_refused_until_the_first_has_closed(spool, frame):
    with SpoolWriter(spool) as first:
        with pytest.raises(SpoolLocked, match="another process writes here"):
            SpoolWriter(spool)
        assert first.append([frame(1)]) == [1]
    with SpoolWriter(spool) as second:
        assert second.append([frame(2)]) == [2]


def test_a_closed_writer_writes_no_more(spool, frame):
    writer = SpoolWriter(spool)
    writer.close()
    writer.close()
    with pytest.raises(SpoolError, match="closed"):
        writer.append([frame(1)])
    assert list(spool.glob("*.sqlite")) == []


def test_an_empty_batch_makes_no_file(spool):
    with SpoolWriter(spool) as writer:
        assert writer.append([]) == []
    with SpoolReader(spool) as reader:
        assert (reader.after(0), reader.last_seq(), reader.get(1)) == ([], 0, None)
        assert reader.head() == (0, bytes(32))


@pytest.mark.parametrize("mn", ["", "粤A-12", "a\nb", "nul\0nul", "' OR 1=1"])
def test_any_mn_that_a_header_can_say_is_kept_as_said(spool, frame, mn):
    with SpoolWriter(spool) as writer:
        writer.append([frame(1)._replace(mn=mn)])
    with SpoolReader(spool) as reader:
        assert [row.mn for row in reader.of_station(mn)] == [mn]


def test_an_mn_of_stray_bytes_does_not_take_its_batch_down(spool, frame):
    stray = b"MN\xff".decode("utf-8", "surrogateescape")
    with SpoolWriter(spool) as writer:
        assert writer.append([frame(1)._replace(mn=stray), frame(2)]) == [1, 2]
    with SpoolReader(spool) as reader:
        assert reader.get(1).mn == "MN\\udcff"


def test_an_unknown_durability_is_refused(spool):
    with pytest.raises(ValueError, match="OFF, NORMAL, FULL or EXTRA"):
        SpoolWriter(spool, synchronous="full; DROP TABLE frame")


FULL_DISK = """
import resource, signal, sqlite3, sys
from pathlib import Path
from qingyuan.spool import NewFrame, SpoolWriter, verify
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
batch = [NewFrame(1763870400000, "p", "A", "", b"%d" % n + bytes(50_000)) for n in range(40)]
writer = SpoolWriter(Path(sys.argv[1]))
assert writer.append(batch[:4]) == [1, 2, 3, 4]
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, resource.RLIM_INFINITY))
try:
    writer.append(batch[4:])
except sqlite3.OperationalError as error:
    print("refused", error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
assert writer.append(batch) == [-1, -2, -3, -4, *range(5, 41)]
writer.close()
print(verify(Path(sys.argv[1])).ok)
"""


def test_a_full_disk_refuses_the_batch_whole_and_the_writer_goes_on_when_there_is_room(spool):
    child = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(spool)], capture_output=True, text=True, timeout=60
    )
    assert child.stderr == ""
    assert child.stdout.startswith("refused")
    assert child.stdout.endswith("True\n")
