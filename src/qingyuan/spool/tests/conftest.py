"""Noon of a China day, two stations, and a hand in the files for whoever tampers with them."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from qingyuan.spool import NewFrame

NOON = 1_763_870_400_000  # 2025-11-23 12:00:00 China time, epoch milliseconds


@pytest.fixture
def noon() -> int:
    return NOON


@pytest.fixture
def spool(tmp_path: Path) -> Path:
    return tmp_path / "spool"


@pytest.fixture
def frame():
    """A frame of a minute packet; ``number`` makes its bytes its own."""

    def make(number: int = 0, *, at: int = NOON, mn: str = "MN-A", verdict: str = "") -> NewFrame:
        raw = b"##0064QN=%017d;ST=32;CN=2051;MN=%b;CP=&&&&ABCD\r\n" % (number, mn.encode())
        return NewFrame(at, "192.0.2.7:40112", mn, verdict, raw)

    return make


@pytest.fixture
def sql():
    """Run SQL on a day file behind the spool's back."""

    def run(path: Path, text: str, *values: object) -> list[tuple]:
        with closing(sqlite3.connect(path)) as connection, connection:
            return connection.execute(text, values).fetchall()

    return run
