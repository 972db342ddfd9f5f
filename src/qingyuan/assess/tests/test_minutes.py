"""MIN.csv: what is read, what is refused, and that the fast way reads what the slow one would."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan.assess.minutes import Reader, read_minutes
from qingyuan.assess.refusal import Complaints, Refused

PATH = Path("MIN.csv")
HEAD = b"time,factor,value,flag\n"
MIDNIGHT = 29_320_800  # 2025-09-30T16:00:00Z in minutes: midnight of October 1st in China


def rows(body: bytes):
    """A file's rows as (minute after midnight, factor, value, flag, line), by line."""
    read = read_minutes(PATH, body)
    found = zip((read.minute - MIDNIGHT).tolist(), (read.factors[at] for at in read.factor),
                read.value.tolist(), (read.letters[at] for at in read.flag), read.line.tolist(),
                strict=True)
    return sorted(found, key=lambda row: row[-1])


def refusal(body: bytes) -> list[str]:
    with pytest.raises(Refused) as error:
        read_minutes(PATH, body)
    return list(error.value.lines)


def test_a_row_is_a_china_minute_a_factor_a_value_and_a_flag():
    assert rows(HEAD + b"2025-10-01 00:07,a21026,12.5,N\n") == [(7, "a21026", 12.5, "N", 2)]


def test_an_empty_value_stays_in_the_file_as_absent():
    (row,) = rows(HEAD + b"2025-10-01 00:00,a21026,,B\n")
    assert np.isnan(row[2])
    assert row[3] == "B"


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b""])
def test_bom_line_ends_and_a_missing_last_line_feed_are_read_over(end):
    lines = b"2025-10-01 00:00,a21026,1,N\r\n2025-10-01 00:01,a21026,2," + end
    body = b"\xef\xbb\xbf" + HEAD + lines
    assert [row[:4] for row in rows(body)] == [(0, "a21026", 1.0, "N"), (1, "a21026", 2.0, "")]


def test_gbk_is_read_when_utf_8_does_not_fit():
    body = HEAD + "2025-10-01 00:00,a21026,1,正常\n".encode("gbk")
    assert rows(body) == [(0, "a21026", 1.0, "正常", 2)]


def test_a_file_in_neither_is_refused_with_its_line():
    (line,) = refusal(HEAD + b"2025-10-01 00:00,a21026,1,\xff\xff\n")
    assert line.startswith("MIN.csv:2: b'\\xff\\xff")
    assert line.endswith("expected text in UTF-8 or GBK")


def test_quotes_blanks_exponents_and_seventeen_digits_are_read_like_plain_cells():
    body = HEAD + (b'"2025-10-01 00:00","a21026","1.5","N"\n'
                   b"2025-10-01 00:01 , a21026, 1e-3 ,N\n"
                   b"2025-10-01 00:02,a21026,0.1000000000000000055511151231257827,N\n\n"
                   b"2025-10-01 00:03,a21026,-.5,N\n")
    assert [(row[2], row[4]) for row in rows(body)] == [(1.5, 2), (0.001, 3), (0.1, 4), (-0.5, 6)]


def test_unknown_flags_are_kept_as_they_are():
    body = HEAD + b"2025-10-01 00:00,a21026,1,q\n2025-10-01 00:01,a21026,1,ZZ\n"
    assert [row[3] for row in rows(body)] == ["q", "ZZ"]


TIME = "expected a China time YYYY-MM-DD HH:MM in the years 2000 to 2100"


@pytest.mark.parametrize(("line", "text", "expected"), [
    ("2025/10/01 00:00,a21026,1,N", "2025/10/01 00:00", TIME),
    ("2025-10-01T00:00,a21026,1,N", "2025-10-01T00:00", TIME),
    ("2025-10-01 00:00:00,a21026,1,N", "2025-10-01 00:00:00", TIME),
    ("2025-10-01 24:00,a21026,1,N", "2025-10-01 24:00", TIME),
    ("2025-10-01 23:60,a21026,1,N", "2025-10-01 23:60", TIME),
    ("2025-02-29 00:00,a21026,1,N", "2025-02-29 00:00", TIME),
    ("2025-13-01 00:00,a21026,1,N", "2025-13-01 00:00", TIME),
    ("2025-10-00 00:00,a21026,1,N", "2025-10-00 00:00", TIME),
    ("1999-12-31 23:59,a21026,1,N", "1999-12-31 23:59", TIME),
    ("2101-01-01 00:00,a21026,1,N", "2101-01-01 00:00", TIME),
    (",a21026,1,N", "", TIME),
    ("2025-10-01 00:00,a21026,1.2.3,N", "1.2.3", "expected a number or nothing"),
    ("2025-10-01 00:00,a21026,abc,N", "abc", "expected a number or nothing"),
    ("2025-10-01 00:00,a21026,nan,N", "nan", "expected a number or nothing"),
    ("2025-10-01 00:00,a21026,inf,N", "inf", "expected a number or nothing"),
    ("2025-10-01 00:00,a21026,1e999,N", "1e999", "expected a number or nothing"),
    ("2025-10-01 00:00,a21026,1e300,N", "1e300", "expected a number or nothing"),
    ("2025-10-01 00:00,a21026,--5,N", "--5", "expected a number or nothing"),
    ("2025-10-01 00:00,a21026,.,N", ".", "expected a number or nothing"),
    ("2025-10-01 00:00,a21026,-,N", "-", "expected a number or nothing"),
    ("2025-10-01 00:00,a21026,1_0,N", "1_0", "expected a number or nothing"),
    ("2025-10-01 00:00,,1,N", "", "expected a factor's code, such as a21026 or w01018"),
    ("2025-10-01 00:00,SO₂,1,N", "SO₂", "expected a factor's code, such as a21026 or w01018"),
    ("2025-10-01 00:00,a21026,1", "2025-10-01 00:00,a21026,1",
     "expected 4 cells: time,factor,value,flag"),
    ("2025-10-01 00:00,a21026,1,5,N", "2025-10-01 00:00,a21026,1,5,N",
     "expected 4 cells: time,factor,value,flag"),
    ("2025-10-01 00:00;a21026;1;N", "2025-10-01 00:00;a21026;1;N",
     "expected 4 cells: time,factor,value,flag"),
    ('2025-10-01 00:00,a21026,"1,N', '2025-10-01 00:00,a21026,"1,N',
     "expected 4 cells: time,factor,value,flag"),
])
def test_a_bad_line_is_named_with_its_text_and_what_was_expected(line, text, expected):
    body = HEAD + b"2025-10-01 00:00,a34013,1,N\n" + line.encode() + b"\n"
    assert refusal(body) == [f"MIN.csv:3: {text!r}: {expected}"]


def test_a_flag_of_control_characters_is_refused():
    """In an array of bytes a NUL is no byte at all: it would pass for the empty flag."""
    assert refusal(b"time,factor,value,flag\n2025-10-01 00:00,a21026,1,\0\n") == [
        "MIN.csv:2: '\\x00': expected a flag such as N, or nothing"]


@pytest.mark.parametrize("head", ["time,factor,value", "Time,factor,value,flag",
                                  "time;factor;value;flag", "2025-10-01 00:00,a21026,1,N", ""])
def test_another_header_is_refused(head):
    body = head.encode() + b"\n2025-10-01 00:00,a21026,1,N\n"
    assert refusal(body) == [f"MIN.csv:1: {head!r}: expected the header time,factor,value,flag"]


def test_a_file_without_data_is_refused():
    expected = "MIN.csv:1: 'time,factor,value,flag': expected at least one line of data below it"
    assert refusal(HEAD) == [expected]
    assert refusal(HEAD + b"\n\n") == [expected]


def test_the_first_twenty_bad_lines_are_named_and_the_rest_counted():
    bad = b"".join(b"2025-10-01 00:%02d,a21026,x,N\n" % minute for minute in range(25))
    lines = refusal(HEAD + bad)
    assert len(lines) == 21
    assert lines[19] == "MIN.csv:21: 'x': expected a number or nothing"
    assert lines[20] == "MIN.csv: 5 more bad lines"


def test_more_factors_than_fit_are_refused_not_mixed_up():
    body = HEAD + b"".join(b"2025-10-01 00:00,x%d,1,N\n" % code for code in range(256))
    assert refusal(body) == ["MIN.csv:257: '2025-10-01 00:00,x255,1,N': "
                             "expected at most 255 different factors and as many flags"]


def test_line_numbers_go_on_over_the_stretches_a_file_is_read_in(monkeypatch):
    monkeypatch.setattr("qingyuan.assess.minutes._STRETCH", 64)
    good = [b"2025-10-01 %02d:00,a21026,%d.5,N\n" % (hour, hour) for hour in range(24)]
    assert [(row[2], row[4]) for row in rows(HEAD + b"".join(good))] == [
        (hour + 0.5, hour + 2) for hour in range(24)]
    long = b"2025-10-01 00:00,a21026," + b"0" * 100 + b"1x,N\n"
    (line,) = refusal(HEAD + b"".join(good) + long)
    assert line.startswith("MIN.csv:26: '000")


TIMES = st.sampled_from(["2025-10-01 00:00", "2024-02-29 23:59", "2025-02-29 00:00",
                         "2000-01-01 00:00", "2100-12-31 23:59", "2025-1-01 00:00", "2025-10-01"])
FIGURES = st.one_of(st.floats(allow_nan=True).map(repr), st.decimals(places=3).map(str),
                    st.text("0123456789.+-eE _", max_size=8), st.just(""))
WORDS = st.one_of(st.sampled_from(["a21026", "w01018", "N", "", "D"]),
                  st.text("aZ09_-é正\"; \r", max_size=10))
LINES = st.lists(st.tuples(TIMES, WORDS, FIGURES, WORDS).map(",".join), min_size=1, max_size=30)


def slowly(body: bytes):
    """A file's rows, each line read the slow way."""
    reader = Reader(Complaints(PATH))
    lines = enumerate(body.split(b"\n")[1:-1], 2)
    found = [row for number, line in lines if (row := reader.line(line, number))]
    reader.complaints.refuse()
    factors, letters = ([word.decode() for word in seen]
                        for seen in (reader.factors, reader.letters))
    return [(minute - MIDNIGHT, factors[factor], value, letters[flag], number)
            for minute, factor, value, flag, number in found]


def outcome(read, body: bytes) -> str:
    """What reading gives, as text, since NaN is not equal to itself."""
    try:
        return repr(read(body))
    except Refused as refused:
        return str(refused)


@given(LINES, st.sampled_from(["\n", "\r\n"]))
def test_the_fast_way_reads_what_the_slow_way_reads(lines, end):
    body = HEAD + end.join(["2025-10-01 00:00,a34013,1,N", *lines]).encode() + b"\n"
    assert outcome(rows, body) == outcome(slowly, body)
