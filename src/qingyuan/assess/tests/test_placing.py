"""Results appear whole or not at all."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from qingyuan.assess.placing import check_place, place
from qingyuan.assess.refusal import Refused

OLD = {"hours.csv": b"old hours", "judgement.json": b"old seal", "accounting.csv": b"old"}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "results" / "DIR"


def holds(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_new_folder_appears_with_all_files(out):
    place(out, {"a.csv": b"1", "b.csv": b"2"}, [])
    assert holds(out) == {"a.csv": b"1", "b.csv": b"2"}
    assert [path.name for path in out.parent.iterdir()] == ["DIR"]


def test_in_a_folder_that_exists_files_are_replaced_and_strangers_left_alone(out):
    out.mkdir(parents=True)
    for name, content in {**OLD, "mine.txt": b"mine"}.items():
        (out / name).write_bytes(content)
    place(out, {"hours.csv": b"new", "judgement.json": b"seal"}, ["accounting.csv"])
    assert holds(out) == {"hours.csv": b"new", "judgement.json": b"seal", "mine.txt": b"mine"}


@pytest.mark.parametrize("before", [OLD, None])
def test_a_disk_that_fills_up_leaves_what_was_there(out, before):
    """A process that may write no more than 1,000 bytes to a file stands for a full disk."""
    out.parent.mkdir()
    if before:
        place(out, before, [])
    there = {path: path.is_file() for path in out.parent.rglob("*")}
    code = ("from pathlib import Path; from qingyuan.assess.placing import place\n"
            f"place(Path({str(out)!r}), {{'hours.csv': b'new', 'days.csv': b'x' * 2000}}, "
            "['accounting.csv'])")
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)))
    assert "cannot be written: File too large; nothing was kept" in done.stderr
    assert {path: path.is_file() for path in out.parent.rglob("*")} == there
    kept = {path.name: path.read_bytes() for path in out.parent.rglob("*.*")}
    assert kept == (before or {})


def test_a_place_that_cannot_be_is_refused(out):
    out.parent.mkdir(parents=True)
    out.write_bytes(b"a file")
    with pytest.raises(Refused, match="is a file; --out names a folder"):
        check_place(out, ["hours.csv"], [])
    with pytest.raises(Refused, match="cannot be written: .*; nothing was kept"):
        place(out / "below", {"hours.csv": b""}, [])


def test_a_folder_in_a_file_s_place_is_refused_before_anything_is_written(out):
    (out / "hours.csv").mkdir(parents=True)
    with pytest.raises(Refused, match=r"hours\.csv: is a folder, where a file is to be written"):
        check_place(out, ["days.csv", "hours.csv"], [])


def test_an_input_is_never_overwritten(out):
    out.mkdir(parents=True)
    (out / "hours.csv").write_bytes(b"time,factor,value,flag\n")
    with pytest.raises(Refused, match=r"hours\.csv: is an input, and would be overwritten"):
        check_place(out, ["hours.csv"], [out / "hours.csv"])
