"""Header and CP of one packet, clause by clause: texts, numbers, warnings."""

import pytest

from qingyuan import hj212

HEAD = "QN=20160801085857223;ST=32;CN=2011;PW=123456;MN=010000A8900016F000169DC0;Flag=5;"


def test_absent_is_none_and_empty_is_empty(packet):
    read = packet("ST=32;CN=9014;PW=;CP=&&&&")
    assert (read.qn, read.pw, read.mn, read.flag, read.pnum, read.pno) == (
        None, "", None, None, None, None,
    )


@pytest.mark.parametrize(("flag", "edition", "ack"), [
    ("", "2005", False), ("Flag=0;", "2005", False), ("Flag=3;", "2005", True),
    ("Flag=4;", "2017", False), ("Flag=7;", "2017", True), ("Flag=8;", "2025", False),
    ("Flag=9;", "2025", True), ("Flag=11;", "2025", True), ("Flag=12;", None, False),
    ("Flag=261;", None, True),
])
def test_edition_and_acknowledgement_are_bits_of_flag(packet, flag, edition, ack):
    read = packet(f"ST=32;CN=2011;PW=1;MN=2;{flag}CP=&&&&")
    assert (read.edition, read.ack) == (edition, ack)


def test_unknown_version_bits_are_warned_of(packet):
    assert packet("ST=32;CN=2011;Flag=12;CP=&&&&").warnings == ["Flag=12 has unknown version bits"]


@pytest.mark.parametrize(("flag", "edition"), [(8, "2017"), (9, "2017"), (10, "2025"), (4, "2017")])
def test_surface_water_says_8_and_9_and_means_2017(packet, flag, edition):
    read = packet(f"QN=1;ST=21;CN=2011;PW=1;MN=2;Flag={flag};CP=&&&&")
    assert (read.edition, bool(read.warnings)) == (edition, flag in (8, 9))


@pytest.mark.parametrize("text", ["", "x", "-1", "5.0", "５", "1234567890"])
def test_a_flag_that_is_no_number_is_null_with_a_warning(packet, text):
    read = packet(f"ST=32;CN=2011;Flag={text};CP=&&&&")
    assert (read.flag, read.edition, read.ack) == (None, "2005", False)
    assert read.warnings == [f"Flag is not a number: {text!r}"]


def test_header_order_is_free(packet):
    """HJ/T 212-2005 C.2.13 puts QN behind CN, loggers put PNO before PNUM."""
    read = packet("ST=32;CN=2051;QN=20040516010101001;PNO=0002;PNUM=0003;MN=8;PW=1;CP=&&&&")
    assert (read.qn, read.mn, read.pnum, read.pno, read.warnings) == (
        "20040516010101001", "8", 3, 2, [],
    )


def test_keys_of_the_cp_never_reach_the_header(packet):
    """HJ/T 212-2005: 9014 repeats QN, CN, PNO and PNUM of what it answers inside the CP."""
    read = packet("ST=91;CN=9014;CP=&&QN=20040516010101001;CN=2051;PNO=1;PNUM=2;Flag=3;&&")
    assert read.header == (None, "91", "9014", None, None, None, None, None, None)
    assert read.fields == {"QN": "20040516010101001", "CN": "2051", "PNO": "1", "PNUM": "2",
                           "Flag": "3"}


def test_resend_mark(packet):
    assert packet("QN=1;ST=32;CN=2051;PW=1;MN=2;Flag=9;RF=1;CP=&&&&").rf == "1"


def test_printed_slips_of_the_standard_are_read(packet):
    """HJ 212-2017 C.19 prints ``Flag=5CP=``, C.47 a comma behind QN."""
    glued = packet("QN=1;ST=32;CN=2041;PW=1;MN=2;Flag=5CP=&&SB1-RT=1.1&&")
    comma = packet("QN=20160801085857534,ST=32;CN=2031;PW=1;MN=2;Flag=5;CP=&&&&")
    assert (glued.flag, glued.factors, glued.warnings) == (
        5, {"SB1": {"RT": "1.1"}}, ["no ';' before CP"],
    )
    assert (comma.qn, comma.st, comma.warnings) == (
        "20160801085857534", "32", ["',' instead of ';' between header items"],
    )


def test_odd_header_items_are_warned_of(packet):
    read = packet("QN=1; ST =32 ;CN=2011;CN=2051;CmdFlag=1;x;MN=2;CP=&&&&")
    assert (read.st, read.cn) == ("32", "2051")
    assert read.warnings == [
        "blanks cut round header item ST", "header item CN repeated, last value used",
        "unknown header item CmdFlag", "unknown header item x",
    ]


def test_names_split_at_the_last_hyphen(packet):
    read = packet(HEAD + "CP=&&Nh3-scr-Rtd=1;PolId=w01018;SB1-RS=0;a-=2;-b=3&&")
    assert read.factors == {"Nh3-scr": {"Rtd": "1"}, "SB1": {"RS": "0"}, "a": {"": "2"},
                            "": {"b": "3"}}
    assert read.fields == {"PolId": "w01018"}


def test_commas_and_semicolons_part_alike(packet):
    """BeginTime and EndTime are parted by ',' in 2005 and in 2017 C.9, by ';' elsewhere."""
    comma = packet(HEAD + "CP=&&BeginTime=20160801010522,EndTime=20160801085857&&")
    semicolon = packet(HEAD + "CP=&&BeginTime=20160801010522;EndTime=20160801085857&&")
    assert comma.fields == semicolon.fields == {
        "BeginTime": "20160801010522", "EndTime": "20160801085857",
    }


def test_a_flag_apart_from_its_value_joins_the_factor(packet):
    read = packet(HEAD + "CP=&&w01001-Rtd=7.0;w01001-Flag=N&&")
    assert read.factors == {"w01001": {"Rtd": "7.0", "Flag": "N"}}


def test_values_are_text_and_stay_as_sent(packet):
    read = packet(HEAD + "CP=&&a-Rtd=007.10;b-Rtd=-40.0;c-Rtd=;d=x=y;e=6.90-12.49&&")
    assert read.factors == {"a": {"Rtd": "007.10"}, "b": {"Rtd": "-40.0"}, "c": {"Rtd": ""}}
    assert (read.fields, read.warnings) == ({"d": "x=y", "e": "6.90-12.49"}, [])


def test_repeated_names_last_wins_all_stay_in_pairs(packet):
    """HJ/T 212-2005 C.2.20: a sampling cycle has four CTime."""
    read = packet(HEAD + "CP=&&PolID=101,CTime=04,CTime=10,CTime=14;a-Rtd=1;a-Rtd=2&&")
    assert read.fields == {"PolID": "101", "CTime": "14"}
    assert read.factors == {"a": {"Rtd": "2"}}
    assert [text for name, text in read.pairs if name == "CTime"] == ["04", "10", "14"]
    assert read.warnings == [
        "CTime repeated, last value used", "a-Rtd repeated, last value used",
    ]


def test_blanks_are_cut_with_a_warning_and_nothing_else(packet):
    read = packet(HEAD + "CP=&&DataTime=20160801085857 ; i12003-Info =0,\tx= a b &&")
    assert read.pairs == [("DataTime", "20160801085857"), ("i12003-Info", "0"), ("x", "a b")]
    assert read.warnings == [
        "blanks cut round DataTime", "blanks cut round i12003-Info", "blanks cut round x",
    ]


def test_log_text_is_not_cut(packet):
    """HJ 212-2017 table 8: the text of a device log stands between // and //."""
    read = packet(HEAD + "CP=&&DataTime=20160801062035;i11001-Info=// 清洗;管路,a=1&&b //;x=1&&")
    assert read.factors == {"i11001": {"Info": "// 清洗;管路,a=1&&b //"}}
    assert (read.fields["x"], read.warnings) == ("1", [])


def test_slashes_that_open_no_log_text_cut_as_usual(packet):
    read = packet(HEAD + "CP=&&a=//x;b=1/2;c=http://x,d=//&&")
    assert read.pairs == [("a", "//x;b=1/2;c=http://x,d=//")]
    open_only = packet(HEAD + "CP=&&a=//x;b=1//2;c=y//z&&")
    assert open_only.pairs == [("a", "//x"), ("b", "1//2"), ("c", "y//z")]


def test_chinese_in_utf8_and_gbk(packet):
    utf8 = packet((HEAD + "CP=&&i11001-Info=//清洗管路//&&").encode())
    gbk = packet((HEAD + "CP=&&i11001-Info=//清洗管路//;备注=正常&&").encode("gbk"))
    assert utf8.factors["i11001"] == gbk.factors["i11001"] == {"Info": "//清洗管路//"}
    assert (utf8.warnings, gbk.warnings) == ([], ["text in GBK instead of UTF-8"])
    assert gbk.fields == {"备注": "正常"}


def test_each_text_is_read_by_itself(packet):
    mixed = HEAD.encode() + b"CP=&&a=" + "清洗".encode() + b";b=" + "清洗".encode("gbk") + b"&&"
    assert packet(mixed).fields == {"a": "清洗", "b": "清洗"}


def test_bytes_that_are_no_text_are_shown(packet):
    read = packet(HEAD.encode() + b"CP=&&a=\xff\xff;b=1&&")
    assert (read.fields, read.warnings) == (
        {"a": "\\xff\\xff", "b": "1"}, ["text that is neither UTF-8 nor GBK"],
    )


@pytest.mark.parametrize(("stamp", "time"), [
    ("20160801085857", "2016-08-01T08:58:57+08:00"), ("20160801085857223", None), ("", None),
    ("201608010858", None), ("20161301085857", None), ("20160801085860", None),
    ("20171128105111-20171128105139", None), ("２0160801085857", None),
])
def test_data_time(packet, stamp, time):
    read = packet(HEAD + f"CP=&&DataTime={stamp};a-Rtd=1&&")
    assert (read.data_time, read.fields["DataTime"]) == (time, stamp)
    assert bool(read.warnings) == (time is None)


def test_no_data_time_needs_no_warning(packet):
    read = packet(HEAD + "CP=&&RtdInterval=30&&")
    assert (read.data_time, read.warnings) == (None, [])


def test_several_data_times_are_records(packet):
    read = packet(HEAD + "CP=&&DataTime=20160801080000;a-Avg=1,a-Flag=N;DataTime=20160801090000;"
                  "a-Avg=2;b-Avg=3;DataTime=x;a-Avg=4&&")
    assert read.records == [
        {"data_time": "2016-08-01T08:00:00+08:00", "factors": {"a": {"Avg": "1", "Flag": "N"}}},
        {"data_time": "2016-08-01T09:00:00+08:00", "factors": {"a": {"Avg": "2"},
                                                               "b": {"Avg": "3"}}},
        {"data_time": None, "factors": {"a": {"Avg": "4"}}},
    ]
    assert (read.data_time, read.factors) == tuple(read.records[0].values())
    assert read.warnings == [
        "DataTime repeated, last value used", "DataTime is not YYYYMMDDhhmmss: 'x'",
    ]
    assert [(time, shape.columns) for time, shape, _ in read.rows()][1] == (
        "2016-08-01T09:00:00+08:00", (("a", "Avg"), ("b", "Avg")),
    )


def test_items_without_name_stay_in_pairs_only(packet):
    """The annexes print … where more factors may follow."""
    read = packet(HEAD + "CP=&&a-Rtd=1;…;;=2&&")
    assert read.pairs == [("a-Rtd", "1"), ("", "…"), ("", "2")]
    assert (read.fields, read.factors) == ({}, {"a": {"Rtd": "1"}})
    assert read.warnings == [
        "item without a name: …", "empty item in CP", "item without a name: 2",
    ]


@pytest.mark.parametrize(("cp", "pairs", "warning"), [
    ("CP=&&a=1;&&", [("a", "1")], "empty item in CP"),
    ("CP=&&a=1", [("a", "1")], "CP is not closed by &&"),
    ("CP=&&a=1&&;x", [("a", "1")], "2 bytes after the closing &&"),
    ("CP=&&a=1&&b&&", [("a", "1&&b")], None),
    ("CP=a=1&&", [("a", "1")], "CP does not begin with CP=&&"),
    ("CP = && a=1&&", [("a", "1")], "CP does not begin with CP=&&"),
    (" CP=&&a=1&&", [("a", "1")], "blanks cut before CP"),
])
def test_ends_of_the_cp(packet, cp, pairs, warning):
    read = packet(HEAD + cp)
    assert read.pairs == pairs
    assert read.warnings[:1] == ([warning] if warning else [])


def test_an_empty_cp(packet):
    read = packet(HEAD + "CP=&&&&")
    assert (read.pairs, read.fields, read.factors, read.records, read.warnings) == (
        [], {}, {}, [], [],
    )


def test_a_bare_segment_can_be_read():
    assert hj212.read_segment(b"ST=32;CN=9014;CP=&&&&\r\n").cn == "9014"
    with pytest.raises(hj212.NoPacket, match="no CN"):
        hj212.read_segment(b"ST=32;CP=&&&&")
