"""A short form of ``make fuzz``, so that the long one is known to run."""

from qingyuan.hj212.tests import fuzz


def test_a_short_run_finds_nothing_and_meets_everything():
    summary = fuzz.run(count=1500, seed=2017)
    assert (summary["fault"], summary["inputs"]) == (None, 1500)
    assert min(summary["lines"][kind] for kind in ("ok", "crc", "length", "segment", "noise")) > 20


def test_the_same_seed_makes_the_same_inputs():
    first, second = fuzz.Fuzz(5), fuzz.Fuzz(5)
    assert [first.one() for _ in range(50)] == [second.one() for _ in range(50)]


def test_a_fault_is_named_with_its_bytes(monkeypatch):
    monkeypatch.setattr(fuzz.Fuzz, "one", lambda self: b"##0020QN=1")
    monkeypatch.setattr(fuzz.Fuzz, "pieces", lambda self, data: [data[:-1]])
    summary = fuzz.run(count=5, seed=1)
    assert summary["fault"] == {
        "input": 1, "what": "Fault('another cut gave other lines')", "bytes": b"##0020QN=1".hex(),
    }
