from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from qingyuan.spool import sieve
from qingyuan.spool.daywriter import first_eights
from qingyuan.spool.sieve import Sieve


def digests(first: int, last: int) -> list[int]:
    return first_eights([sha256(b"%d" % n).digest() for n in range(first, last)])


@given(st.sets(st.integers(-(2**63), 2**63 - 1)))
def test_what_was_added_is_never_denied(numbers):
    filled = Sieve()
    filled.add_all(numbers)
    assert filled.perhaps(list(numbers)) == numbers


def test_it_grows_and_stays_sharp(monkeypatch):
    monkeypatch.setattr(sieve, "_FIRST_BITS", 10)
    filled = Sieve()
    for first in range(0, 50_000, 500):
        filled.add_all(digests(first, first + 500))
    assert filled.perhaps(digests(0, 50_000)) == set(digests(0, 50_000))
    strangers = digests(50_000, 100_000)
    # four full layers of 0.5 % each and one that is nearly empty
    assert len(filled.perhaps(strangers)) < 0.025 * len(strangers)
