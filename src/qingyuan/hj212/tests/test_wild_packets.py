"""Packets as found in the field, in libraries and in manuals: ``cases/hj212-wild``."""

from qingyuan import hj212


def wire(row):
    raw = row["raw"].encode()
    return raw if row["framed"] else hj212.frame(raw)


def test_each_is_read_or_refused_as_expected(wild_packets, lines):
    assert len(wild_packets) == 294
    verdicts = [[line.get("error", "ok") for line in lines(wire(row))] for row in wild_packets]
    assert verdicts == [[row["expect"]] for row in wild_packets]


def test_each_sound_one_says_what_is_written_beside_it(wild_packets, lines):
    sound = [row for row in wild_packets if row["expect"] == "ok"]
    assert len(sound) == 270
    for row in sound:
        (line,) = lines(wire(row))
        said = {**line, "items": len(line["pairs"]), "factors": list(line["factors"])}
        assert {key: said[key] for key in row["read"]} == row["read"], row["raw"]


def test_the_slow_reader_sees_the_same(wild_packets, lines, reference):
    for row in wild_packets:
        quick = lines(wire(row))
        for line in quick:
            line.pop("detail", None)
            line.pop("warnings", None)
        assert quick == reference.events(wire(row)), row["raw"]


def test_all_in_one_stream_lose_none(wild_packets, lines):
    """Bad packets stand between good ones as they come; no good one may be lost."""
    sound = [row for row in wild_packets if row["expect"] == "ok"]
    rows = lines(b"".join(map(wire, wild_packets)))
    assert len([row for row in rows if row["ok"]]) == len(sound)


def test_all_survive_decode_and_encode(wild_packets, lines):
    for row in wild_packets:
        for line in lines(wire(row)):
            again = lines(hj212.encode(line)) if line["ok"] else [line]
            assert [same(line)] == [same(one) for one in again]


def same(line):
    return {key: line[key] for key in line if key not in ("offset", "length", "warnings")}
