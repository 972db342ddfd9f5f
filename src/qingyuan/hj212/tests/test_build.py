"""Building packets: what the tables allow comes out as bytes, what they do not is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qingyuan import hj212
from qingyuan.hj212 import build, commands, factors, lint, orders
from qingyuan.hj212.build import BuildError

QN = "20160801085857223"
MN = {"2005": "88888880000001", "2017": "010000A8900016F000169DC0"}
MN["2025"] = MN["2017"]
WATER = {
    edition: {"edition": edition, "st": "32", "mn": MN[edition], "pw": "123456"} for edition in MN
}
MINUTE = {
    "w00000": {"Cou": "10.5", "Min": "16.4", "Avg": "17.5", "Max": "20.1", "Flag": "N"},
    "w01018": {"Cou": "10.5", "Min": "40.1", "Avg": "40.1", "Max": "40.1", "Flag": "N"},
}


def receive(frame, **options):
    connection = hj212.Connection(**options)
    connection.receive_data(frame)
    event = connection.next_event()
    assert isinstance(event, hj212.PacketReceived), event
    return event.packet


def heard(edition, cn, flag, cp="", qn=QN, **changes):
    """A packet as the gateway hears it."""
    head = f"QN={qn};" if qn else ""
    shown = "" if flag is None else f";Flag={flag}"
    values = WATER[edition] | changes
    text = f"{head}ST={values['st']};CN={cn};PW={values['pw']};MN={values['mn']}{shown};CP=&&{cp}&&"
    return receive(hj212.frame(text.encode()))


def segment(frame):
    return receive(frame).segment.decode()


class TestAnswers:
    def test_data_of_2017_with_flag_5_get_9014_under_the_same_qn(self):
        answer = build.answer_to(heard("2017", "2051", 5, "DataTime=20160801084000"))
        assert segment(answer) == (
            f"QN={QN};ST=91;CN=9014;PW=123456;MN={MN['2017']};Flag=4;CP=&&&&"
        )

    def test_data_that_ask_for_no_answer_get_none(self):
        assert build.answer_to(heard("2017", "2051", 4, "DataTime=20160801084000")) is None
        assert build.answer_to(heard("2005", "2011", None, "DataTime=20160801084000")) is None

    def test_a_split_part_of_2017_is_answered_like_a_whole_packet(self):
        part = receive(hj212.frame(
            f"QN={QN};ST=32;CN=2061;PW=123456;MN={MN['2017']};Flag=7;PNUM=2;PNO=1;CP=&&&&".encode()
        ))  # fmt: skip
        assert "CN=9014" in segment(build.answer_to(part))
        assert "Flag=4" in segment(build.answer_to(part))

    def test_2025_keeps_its_version_bits(self):
        assert "Flag=8;" in segment(build.answer_to(heard("2025", "2011", 9)))

    def test_surface_water_that_says_9_hears_8(self):
        assert "Flag=8;" in segment(build.answer_to(heard("2017", "2011", 9, st="21")))

    def test_2005_names_qn_and_command_inside_the_cp(self):
        answer = build.answer_to(heard("2005", "2051", 1, "DataTime=20160801084000"))
        assert segment(answer) == f"ST=91;CN=9014;CP=&&QN={QN};CN=2051&&"

    def test_2005_finds_its_qn_in_the_cp_too(self):
        answer = build.answer_to(heard("2005", "2051", 1, f"QN={QN};DataTime=1", qn=None))
        assert segment(answer) == f"ST=91;CN=9014;CP=&&QN={QN};CN=2051&&"

    def test_2005_without_any_qn_still_hears_which_command_arrived(self):
        answer = build.answer_to(heard("2005", "2051", 1, "DataTime=1", qn=None))
        assert segment(answer) == "ST=91;CN=9014;CP=&&CN=2051&&"

    @pytest.mark.parametrize(
        ("edition", "cn", "flag"),
        [("2017", "1013", 5), ("2025", "9015", 9), ("2025", "1001", 9), ("2025", "1014", 9),
         ("2017", "9015", 5), ("2017", "2012", 5), ("2017", "2022", 5)],
    )  # fmt: skip
    def test_notices_get_9013(self, edition, cn, flag):
        assert f"QN={QN};ST=91;CN=9013;" in segment(build.answer_to(heard(edition, cn, flag)))

    def test_an_alarm_of_2005_is_answered_although_its_flag_is_0(self):
        answer = build.answer_to(heard("2005", "2072", 0, "AlarmTime=20040506010101;AlarmType=1"))
        assert segment(answer) == (
            f"ST=91;CN=9013;PW=123456;MN={MN['2005']};Flag=0;CP=&&QN={QN}&&"
        )

    @pytest.mark.parametrize("cn", ["9011", "9013", "9014"])
    @pytest.mark.parametrize(("edition", "flag"), [("2005", 3), ("2017", 5), ("2025", 9)])
    def test_answers_are_never_answered(self, edition, cn, flag):
        assert build.answer_to(heard(edition, cn, flag)) is None

    def test_a_9012_that_asks_for_it_is_answered(self):
        assert segment(build.answer_to(heard("2005", "9012", 1, f"QN={QN};ExeRtn=1"))) == (
            f"ST=91;CN=9014;CP=&&QN={QN};CN=9012&&"
        )
        assert build.answer_to(heard("2005", "9012", None, f"QN={QN};ExeRtn=1")) is None

    def test_a_number_that_no_edition_knows_counts_as_an_upload(self):
        assert "CN=9014" in segment(build.answer_to(heard("2017", "2083", 5)))
        assert build.answer_to(heard("2017", "9021", 5)) is None

    def test_a_qn_of_another_length_is_repeated_as_it_came(self):
        assert segment(build.answer_to(heard("2017", "2011", 5, qn="2016"))).startswith("QN=2016;")

    def test_an_empty_mn_is_repeated_as_it_came(self):
        assert ";PW=123456;MN=;Flag=4;" in segment(build.answer_to(heard("2017", "2011", 5, mn="")))

    def test_a_request_is_answered_when_its_fate_is_given(self):
        asked = heard("2017", "1012", 5, "SystemTime=20160801085857")
        assert build.answer_to(asked) is None
        assert segment(build.answer_to(asked, qn_return=3)).endswith(";Flag=4;CP=&&QnRtn=3&&")
        assert segment(build.result(asked, 100)).endswith("CN=9012;PW=123456;MN="
            f"{MN['2017']};Flag=4;CP=&&ExeRtn=100&&")  # fmt: skip

    @given(
        qn=st.text(st.characters(codec="utf-8", exclude_characters=";,="), max_size=20),
        mn=st.text(st.characters(codec="utf-8", exclude_characters=";,="), max_size=30),
        cn=st.sampled_from(sorted({c.cn for c in commands.COMMANDS}) + ["2083", "xx"]),
        flag=st.integers(0, 300) | st.none(),
    )
    def test_whatever_was_heard_an_answer_is_a_sound_frame(self, qn, mn, cn, flag):
        head = f"QN={qn};ST=32;CN={cn};PW=1;MN={mn}" + ("" if flag is None else f";Flag={flag}")
        answer = build.answer_to(hj212.read_segment(f"{head};CP=&&&&".encode()))
        if answer is not None:
            assert receive(answer).cn in ("9013", "9014")


class TestRequests:
    def test_set_clock(self):
        frame = build.request("1012", qn=QN, fields={"SystemTime": "20160801085857"},
                              **WATER["2017"])  # fmt: skip
        assert segment(frame) == (
            f"QN={QN};ST=32;CN=1012;PW=123456;MN={MN['2017']};Flag=5;"
            "CP=&&SystemTime=20160801085857&&"
        )

    def test_the_same_call_makes_the_same_bytes(self):
        first, second = (build.request("2011", qn=QN, **WATER["2025"]) for _ in range(2))
        assert first == second
        assert receive(first).flag == 9

    def test_requests_of_2005_carry_flag_3_and_notices_none(self):
        assert receive(build.request("2011", qn=QN, **WATER["2005"])).flag == 3
        assert receive(build.request("2012", qn=QN, **WATER["2005"])).flag is None

    def test_items_of_one_factor_are_joined_by_a_comma(self):
        limits = [("101-LowValue", "1.1"), ("101-UpValue", "9.9"), ("102-LowValue", "1.1")]
        built = segment(build.request("1022", qn=QN, fields=limits, **WATER["2005"]))
        assert built.endswith("CP=&&101-LowValue=1.1,101-UpValue=9.9;102-LowValue=1.1&&")

    @pytest.mark.parametrize(
        ("cn", "edition", "fields", "advice"),
        [
            ("2051", "2017", {}, "needs BeginTime"),
            ("2051", "2017", {"BeginTime": "2016", "EndTime": "2016"}, "YYYYMMDDhhmmss"),
            ("1062", "2017", {"RtdInterval": 10}, "between 30 and 3600"),
            ("1064", "2017", {"MinInterval": 7}, "one of 1, 2, 3"),
            ("1072", "2017", {"NewPW": "1234567"}, "longer than 6"),
            ("1072", "2017", {"PW": "654321"}, "needs NewPW"),
            ("1063", "2005", {}, "exists in 2017, 2025"),
            ("1022", "2017", {}, "exists in 2005"),
            ("1013", "2017", {}, "sent by the device"),
            ("4711", "2017", {}, "in no edition"),
            ("1011", "2016", {}, "unknown edition"),
            ("2011", "2017", {"Foo": 1}, "takes no Foo"),
            ("3021", "2017", {"InfoId": "i13004", "i13004-Rtd": 1}, "takes no i13004-Rtd"),
            ("3012", "2017", {"PolId": "a;b"}, "must not contain ';'"),
            ("3012", "2017", {"PolId": "a&&"}, "must not contain '&&'"),
        ],
    )
    def test_what_the_tables_do_not_allow_is_refused_with_advice(self, cn, edition, fields, advice):
        common = WATER.get(edition, WATER["2017"]) | {"edition": edition}
        with pytest.raises(BuildError, match=re.escape(advice)):
            build.request(cn, qn=QN, fields=fields, **common)

    @pytest.mark.parametrize("qn", ["", "2016", "20161301085857223", "2016080108585722x"])
    def test_a_qn_must_be_a_moment(self, qn):
        with pytest.raises(BuildError, match="17 digits"):
            build.request("2011", qn=qn, **WATER["2017"])

    def test_header_items_cannot_smuggle_in_others(self):
        with pytest.raises(BuildError, match="MN must not contain"):
            build.request("2011", qn=QN, **WATER["2017"] | {"mn": "1;CN=1072"})

    def test_sm4_covers_what_2025_wants_covered(self):
        key = bytes(range(16))
        times = {"BeginTime": "20240601080000", "EndTime": "20240601080000"}
        frame = build.request("2051", qn=QN, fields=times, sm4_key=key, **WATER["2025"])
        assert b"BeginTime" not in frame
        assert receive(frame, sm4_key=key).fields == times
        plain = build.request("1062", qn=QN, fields={"RtdInterval": 30}, sm4_key=key,
                              **WATER["2025"])  # fmt: skip
        assert b"RtdInterval=30" in plain


def example(name):
    """A value that fits the plain field."""
    known = {
        "RtdInterval": "30", "MinInterval": "10", "OverTime": "5", "ReCount": "3",
        "InfoId": "i13004", "CstartTime": "000000", "Ctime": "2", "WarnTime": "5",
        "ReportTime": "0101", "AlarmTarget": "3882566", "AlarmType": "1", "PolId": "w01018",
        "NewPW": "654321", "PW": "654321", "VaseNo": "1", "Stime": "40", "SKCreateTime": QN,
        "NewSK": "0123456789ABCDEF", "i23005-Info": "6970000000001ABCDEFG1234",
    }  # fmt: skip
    return known.get(name, "20160801085857")


@pytest.mark.parametrize("edition", commands.EDITIONS)
def test_every_command_of_an_edition_is_built_and_lints_clean(edition):
    for command in commands.of_edition(edition):
        fields = [(name, example(name)) for name in command.required]
        common = WATER[edition] | {"qn": QN, "fields": fields}
        if command.kind == "answer":
            continue
        if command.direction == "down":
            frame = build.request(command.cn, **common)
        else:
            frame = build.upload(command.cn, **common)
        packet = receive(frame)
        assert packet.cn == command.cn
        assert packet.edition == edition
        errors = [f for f in lint.lint(packet) if f.severity == "error"]
        assert errors == [], command


class TestUploads:
    def test_a_minute_packet(self):
        frame, = build.uploads("2051", qn="20160801085000001", data_time="20160801084000",
                               factors=MINUTE, **WATER["2017"])  # fmt: skip
        packet = receive(frame)
        assert packet.factors == MINUTE
        assert (packet.flag, packet.pnum) == (5, None)
        assert packet.data_time == "2016-08-01T08:40:00+08:00"

    def test_resent_data_carry_rf_in_2025_only(self):
        common = {"qn": QN, "data_time": "20160801084000", "factors": MINUTE, "resend": True}
        assert receive(build.uploads("2051", **common, **WATER["2025"])[0]).rf == "1"
        with pytest.raises(BuildError, match="2025 only"):
            build.uploads("2051", **common, **WATER["2017"])

    def test_2005_without_acknowledgement_needs_no_qn(self):
        fields = {"DataTime": "20160801084000"}
        packet = receive(build.upload("2051", qn=None, fields=fields, ack=False, **WATER["2005"]))
        assert (packet.qn, packet.flag) == (None, None)
        with pytest.raises(BuildError, match="QN"):
            build.upload("2051", qn=None, fields=fields, **WATER["2005"])

    def test_a_cp_beyond_the_limit_is_told_to_be_split(self):
        many = {f"w{number:05d}": MINUTE["w00000"] for number in range(30)}
        with pytest.raises(BuildError, match=r"uploads\(\)"):
            build.upload("2051", qn=QN, factors=many, fields={"DataTime": "20160801084000"},
                         **WATER["2017"])  # fmt: skip

    def test_parts_of_2017_have_one_data_time_and_qns_of_their_own(self):
        many = {f"w{number:05d}": MINUTE["w00000"] for number in range(30)}
        parts = [receive(frame) for frame in build.uploads(
            "2051", qn=QN, data_time="20160801084000", factors=many, **WATER["2017"])]  # fmt: skip
        assert len(parts) == 3
        assert [(p.pno, p.pnum, p.flag) for p in parts] == [(1, 3, 7), (2, 3, 7), (3, 3, 7)]
        assert [p.qn for p in parts] == [QN, QN[:-1] + "4", QN[:-1] + "5"]
        assert {p.data_time for p in parts} == {"2016-08-01T08:40:00+08:00"}

    def test_parts_of_2005_share_one_qn(self):
        many = {f"{number:03d}": MINUTE["w00000"] for number in range(30)}
        parts = [receive(frame) for frame in build.uploads(
            "2051", qn=QN, data_time="20160801084000", factors=many, **WATER["2005"])]  # fmt: skip
        assert {p.qn for p in parts} == {QN}
        assert [p.pno for p in parts] == [1, 2, 3]

    def test_a_factor_too_large_for_a_packet_is_named(self):
        huge = {"i21001": {"Info": "//" + "长" * 400 + "//"}}
        with pytest.raises(BuildError, match="i21001 alone needs"):
            build.uploads("3020", qn=QN, data_time="20160801084000", factors=huge, **WATER["2017"])

    @pytest.mark.parametrize("edition", commands.EDITIONS)
    @given(data=st.data())
    def test_parts_keep_the_limits_and_join_to_the_whole(self, edition, data):
        table = "2005" if edition == "2005" else "2017"
        codes = [row.code for row in factors.TABLE if row.edition == table and "x" not in row.code]
        wanted = data.draw(st.lists(st.sampled_from(codes), unique=True, max_size=60))
        text = data.draw(st.sampled_from(["1", "-12.5", "99999999.99"]))
        whole = {code: {"Avg": text, "Max": text, "Flag": "N"} for code in wanted}
        frames = build.uploads("2061", qn=QN, data_time="20160801080000", factors=whole,
                               **WATER[edition])  # fmt: skip
        limits = commands.EDITIONS[edition]
        assembler = hj212.Assembler()
        whole_again = None
        for number, frame in enumerate(frames):
            packet = receive(frame)
            assert len(packet.segment) <= limits.segment_max
            assert len(packet.cp) <= limits.cp_max
            whole_again = assembler.receive(packet, float(number))
        assert whole_again is not None
        assert whole_again.packet.factors == whole


class TestQn:
    def test_the_next_one_carries_over(self):
        assert build.next_qn("20160801085857999") == "20160801085858000"

    def test_what_is_no_moment_has_no_next(self):
        with pytest.raises(BuildError):
            build.next_qn("2016080108585722")


class TestOrders:
    TO = orders.Address("2017", "32", MN["2017"], "123456")

    @pytest.mark.parametrize(
        ("frame", "cn", "cp"),
        [
            (orders.set_timeout(TO, QN, 5, 3), "1000", "OverTime=5;ReCount=3"),
            (orders.get_clock(TO, QN), "1011", ""),
            (orders.get_clock(TO, QN, "w01018"), "1011", "PolId=w01018"),
            (orders.set_clock(TO, QN, "20160801085857"), "1012", "SystemTime=20160801085857"),
            (orders.get_realtime_interval(TO, QN), "1061", ""),
            (orders.set_minute_interval(TO, QN, 10), "1064", "MinInterval=10"),
            (orders.get_minute_interval(TO, QN), "1063", ""),
            (orders.set_password(TO, QN, "654321"), "1072", "NewPW=654321"),
            (orders.start_realtime(TO, QN), "2011", ""),
            (orders.stop_realtime(TO, QN), "2012", ""),
            (orders.start_status(TO, QN), "2021", ""),
            (orders.stop_status(TO, QN), "2022", ""),
            (orders.history(TO, QN, "2061", "20160801080000", "20160801090000"), "2061",
             "BeginTime=20160801080000;EndTime=20160801090000"),
            (orders.calibrate(TO, QN, "w01018"), "3011", "PolId=w01018"),
            (orders.sample(TO, QN, "w01018"), "3012", "PolId=w01018"),
            (orders.clean(TO, QN, "w01018"), "3013", "PolId=w01018"),
            (orders.compare(TO, QN, "w01018"), "3014", "PolId=w01018"),
            (orders.keep_sample(TO, QN), "3015", ""),
            (orders.set_sampling_cycle(TO, QN, "w01018", "000000", 2), "3016",
             "PolId=w01018;CstartTime=000000;Ctime=2"),
            (orders.get_sampling_cycle(TO, QN, "w01018"), "3017", "PolId=w01018"),
            (orders.get_time_to_result(TO, QN, "w01018"), "3018", "PolId=w01018"),
            (orders.get_instrument(TO, QN, "w01018"), "3019", "PolId=w01018"),
            (orders.get_information(TO, QN, "i12001", "w01018"), "3020",
             "PolId=w01018;InfoId=i12001"),
            (orders.set_parameter(TO, QN, "i13004", "168.0", "w01018"), "3021",
             "PolId=w01018;InfoId=i13004;i13004-Info=168.0"),
            (orders.ask_clock(TO, QN), "1013", ""),
            (orders.restarted(TO, QN, "20160801085857", "20160801085624"), "2081",
             "DataTime=20160801085857;RestartTime=20160801085624"),
            (orders.plant_state(TO, QN, "20160801085857", {"SB1": 1, "SB2": 0}), "2021",
             "DataTime=20160801085857;SB1-RS=1;SB2-RS=0"),
            (orders.run_times(TO, QN, "20160801000000", {"SB1": 1.1, "SB2": 2.1}), "2041",
             "DataTime=20160801000000;SB1-RT=1.1;SB2-RT=2.1"),
            (orders.log_line(TO, QN, "20160801062035", "清洗管路", "w01018"), "3020",
             "DataTime=20160801062035;PolId=w01018;i11001-Info=//清洗管路//"),
        ],
    )  # fmt: skip
    def test_each_order_as_the_annex_prints_it(self, frame, cn, cp):
        packet = receive(frame)
        assert (packet.cn, packet.flag, packet.cp.decode()) == (cn, 5, cp)

    def test_the_password_field_of_2005_has_another_name(self):
        to = orders.Address("2005", "32", MN["2005"], "123456")
        assert receive(orders.set_password(to, QN, "654321")).fields == {"PW": "654321"}

    def test_orders_of_2025(self):
        to = orders.Address("2025", "32", MN["2025"], "123456")
        assert receive(orders.calibrate(to, QN, "w01018", 1)).fields["CalibrationType"] == "1"
        assert receive(orders.keep_sample(to, QN, "w01018")).cn == "3022"
        assert receive(orders.start_standard_check(to, QN, "w01018")).cn == "3024"
        key = bytes(range(16))
        frame = orders.set_key(to, QN, QN, "0123456789ABCDEF", key)
        assert receive(frame, sm4_key=key).fields["NewSK"] == "0123456789ABCDEF"

    def test_log_text_may_hold_what_would_end_an_item(self):
        frame = orders.log_line(self.TO, QN, "20160801062035", "a=1;b,c", None)
        assert receive(frame).factors == {"i21001": {"Info": "//a=1;b,c//"}}


@pytest.mark.parametrize("edition", ["2017", "2025"])
def test_heartbeat(edition):
    packet = receive(build.heartbeat(qn=QN, **WATER[edition]))
    assert (packet.cn, packet.edition, packet.ack, packet.cp) == ("9015", edition, True, b"")
    assert receive(build.answer_to(packet)).cn == "9013"


def test_2005_has_no_heartbeat():
    with pytest.raises(BuildError, match="no heartbeat"):
        build.heartbeat(qn=QN, **WATER["2005"])
