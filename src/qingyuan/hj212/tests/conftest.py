"""What the tests of the protocol share: a stream read to its end, and the slow second reader."""

import json
import tomllib
from pathlib import Path

import pytest

from qingyuan import hj212
from qingyuan.hj212.tests import reference as slow_reader

CASES = Path(__file__).parents[4] / "cases"


def drained(link):
    events = []
    while (event := link.next_event()) is not hj212.NEED_DATA:
        events.append(event)
    return events


def read_all(*chunks, **options):
    """Events of a stream that arrives in these chunks and ends."""
    link = hj212.Connection(**options)
    events = []
    for chunk in chunks:
        link.receive_data(chunk)
        events += drained(link)
    link.receive_eof()
    return events + drained(link)


@pytest.fixture(scope="session")
def read():
    return read_all


@pytest.fixture(scope="session")
def drain():
    return drained


@pytest.fixture(scope="session")
def lines():
    """The JSON lines of a stream, as ``qingyuan hj212 decode`` prints them."""
    return lambda *chunks, **options: [
        hj212.as_line(event) for event in read_all(*chunks, **options)
    ]


@pytest.fixture(scope="session")
def packet(read):
    """The one packet of a framed segment."""
    def only(segment, **options):
        raw = hj212.frame(segment if isinstance(segment, bytes) else segment.encode())
        (event,) = read(raw, **options)
        return event.packet
    return only


@pytest.fixture(scope="session")
def reference():
    return slow_reader


@pytest.fixture(scope="session")
def wild_packets():
    rows = (CASES / "hj212-wild" / "packets.jsonl").read_text("utf-8").splitlines()
    return [json.loads(row) for row in rows]


@pytest.fixture(scope="session")
def encrypted_examples():
    """The worked examples of HJ 212-2025 Annex A.2."""
    book = tomllib.loads((CASES / "hj212-2025" / "annex-a.toml").read_text("utf-8"))
    return [case for case in book["frame"] if "cipher" in case]
