"""Any cut, any noise, any bytes: no exception, the same events, no good frame lost."""

import json

from hypothesis import example, given, settings
from hypothesis import strategies as st

from qingyuan import hj212

TEXT = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["20160801085857", "1.5", "N", "//清洗;管路//", "", " x ", "a,b", "&&", "##0020QN="]
)
NAME = st.sampled_from(
    ["DataTime", "w01018-Rtd", "w01018-Flag", "a-b-Avg", "PolId", "QN", "CP", "-", ""]
) | st.text(st.characters(codec="utf-8"), max_size=6)
CHARSET = st.sampled_from(["utf-8", "gbk"])


@st.composite
def segments(draw):
    """A data segment, most of the time with CN and CP, in any order and of any manners."""
    header = draw(st.lists(st.sampled_from([
        "QN=20160801085857223", "ST=32", "ST=21", "CN=2011", "CN=9014", "PW=123456", "MN=8A", "MN=",
        "Flag=5", "Flag=8", "Flag=12", "Flag=", "PNUM=2", "PNO=1", "RF=1", " ST=3 ", "x", "Ä=1",
    ]), min_size=1, max_size=7))
    items = draw(st.lists(st.tuples(NAME, TEXT, st.sampled_from(["=", "=", "=", "", " = "]))))
    cp = draw(st.sampled_from([";", ","])).join(f"{name}{eq}{text}" for name, text, eq in items)
    opening = draw(st.sampled_from(["CP=&&", "CP=&&", "CP=&&", "CP=", ""]))
    closing = draw(st.sampled_from(["&&", "&&", "&&", "", ";&&", "&&;"]))
    between = draw(st.sampled_from([";", ";", ";", ","]))
    text = between.join(header) + between + opening + cp + closing
    return text.encode(draw(CHARSET), "replace")


NOISE = st.binary(max_size=30) | st.text("#0123456789QNSTCPW=&;\r\n", max_size=30).map(str.encode)
GOOD = segments().map(hj212.frame)
HURT = st.tuples(GOOD, st.integers(0, 200), st.binary(max_size=4)).map(
    lambda hurt: hurt[0][: hurt[1]] + hurt[2] + hurt[0][hurt[1] + len(hurt[2]) :]
)
NO_LINE_END = GOOD.map(lambda frame: frame[:-2])
STREAM = st.lists(GOOD | HURT | NOISE | NO_LINE_END, max_size=5).map(b"".join)


def shown(lines):
    return [{key: row[key] for key in row if key not in ("detail", "warnings")} for row in lines]


@settings(max_examples=60, deadline=None)
@given(STREAM, st.lists(st.integers(0, 1500), max_size=6))
def test_any_cut_gives_the_same_events(lines, stream, cuts):
    marks = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    pieces = [stream[a:b] for a, b in zip(marks, marks[1:], strict=False)]
    whole = lines(stream)
    assert lines(*pieces) == whole
    assert lines(*(stream[at : at + 1] for at in range(len(stream)))) == whole


@settings(max_examples=60, deadline=None)
@given(STREAM)
@example(b"###0020QN=1")
@example(b"##0000QN=0000")
@example(hj212.frame(b"CN=1;CP=&&")[:-2] + b"\r")
def test_the_slow_reader_sees_the_same_events(lines, reference, stream):
    assert shown(lines(stream)) == reference.events(stream)


@settings(max_examples=60, deadline=None)
@given(STREAM | st.binary(max_size=400))
def test_lines_tile_the_stream_and_are_json(lines, stream):
    rows = lines(stream)
    ends = [row["offset"] + row["length"] for row in rows]
    assert [row["offset"] for row in rows] == [0, *ends][: len(rows)]
    assert sum(row["length"] for row in rows) == len(stream)
    bad = b"".join(bytes.fromhex(row["raw"]) for row in rows if not row["ok"])
    assert len(bad) == sum(row["length"] for row in rows if not row["ok"])
    assert json.loads(json.dumps(rows)) == rows


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NOISE.filter(lambda noise: b"##" not in noise + b"#"), GOOD), max_size=5))
def test_no_good_frame_is_lost_in_noise(lines, reference, parts):
    stream = b"".join(noise + frame for noise, frame in parts)
    sound = [frame for _, frame in parts if reference.events(frame)[0]["ok"]]
    read = [row for row in lines(stream) if row["ok"]]
    assert len(read) >= len(sound)


@settings(max_examples=60, deadline=None)
@given(segments())
def test_what_was_decoded_is_encoded_and_decoded_again(lines, segment):
    for row in lines(hj212.frame(segment)):
        if row["ok"]:
            (again,) = lines(hj212.encode(row))
            differ = {"offset", "length", "warnings"}
            assert {k: row[k] for k in row if k not in differ} == {
                k: again[k] for k in again if k not in differ
            }


@settings(max_examples=60, deadline=None)
@given(STREAM, st.integers(0, 1000))
def test_release_in_the_middle_starts_afresh(lines, drain, stream, cut):
    at = cut % (len(stream) + 1)
    link = hj212.Connection()
    link.receive_data(stream[:at])
    link.release()
    link.receive_data(stream[at:])
    link.receive_eof()
    tail = [{**row, "offset": row["offset"] + at} for row in lines(stream[at:])]
    assert [hj212.as_line(event) for event in drain(link)] == lines(stream[:at]) + tail
