"""The logger without its socket: bytes, acknowledgements, re-sends, buffering, requests."""

import pytest

from qingyuan import hj212
from qingyuan.hj212 import build
from qingyuan.simulator.logger import Close, DataLogger, Send, backoff
from qingyuan.simulator.physics.noise import dice
from qingyuan.simulator.requests import ACCEPTED
from qingyuan.simulator.settings import Talk

TALK = Talk(spread=0.0)


def packets(acts, key=None):
    connection = hj212.Connection(sm4_key=key)
    connection.receive_data(b"".join(a.data for a in acts if isinstance(a, Send)))
    connection.receive_eof()
    found = []
    while (event := connection.next_event()) is not hj212.NEED_DATA:
        assert isinstance(event, hj212.PacketReceived), event
        found.append(event.packet)
    return found


def received(raw):
    connection = hj212.Connection()
    connection.receive_data(raw)
    return connection.next_event().packet


class Desk:
    """A logger on a table: time moves by hand, sent packets are acknowledged when told so."""

    def __init__(self, spec, noon, talk=TALK, spells=()):
        self.logger = DataLogger(spec, noon - 1, talk=talk, spells=spells)
        self.key = bytes.fromhex(spec.sm4_key) if spec.sm4_key else None
        self.now = float(noon - 1)
        self.wall = 0.0

    def up(self):
        self.logger.link_up(self.now)
        return self

    def quiet(self):
        """Swallow the message of the start (2081)."""
        self.logger._announce = False
        return self

    def at(self, now):
        self.wall += now - self.now
        self.now = float(now)
        return packets(self.logger.step(self.now, self.wall), self.key)

    def acknowledge(self, packet):
        return self.hear(build.answer_to(packet))

    def hear(self, raw):
        return packets(self.logger.receive(received(raw), self.now, self.wall), self.key)

    def drain(self, sent):
        """Acknowledge until nothing more comes; everything that was sent, in order."""
        everything = list(sent)
        while sent:
            more = []
            for packet in sent:
                more += self.acknowledge(packet) if packet.ack else []
            everything += more
            sent = more
        return everything

    def ask(self, cn, **fields):
        spec = self.logger.spec
        raw = build.request(cn, edition=spec.edition, st=spec.st, mn=spec.mn, pw=spec.password,
                            qn="20251123120000777", fields=fields)  # fmt: skip
        return self.drain(self.hear(raw))


# -- uploads -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edition", "flag", "length"), [("2005", 1, 14), ("2017", 5, 24), ("2025", 9, 24)]
)
def test_real_time_data_speak_the_edition(station, noon, edition, flag, length):
    desk = Desk(station("water", edition), noon).quiet().up()
    first = next(p for p in desk.drain(desk.at(noon)) if p.cn == "2011")
    assert (first.edition, first.flag, first.st, len(first.mn)) == (edition, flag, "32", length)
    assert first.data_time == "2025-11-23T12:00:00+08:00"
    assert first.warnings == []
    cod = {"2005": "011"}.get(edition, "w01018")
    assert first.factors[cod]["Flag"] == "N"
    assert ("SampleTime" in first.factors[cod]) == (edition != "2005")


def test_at_noon_hour_minute_and_real_time_follow_each_other_each_after_its_acknowledgement(
    station, noon
):
    desk = Desk(station(), noon).quiet().up()
    sent = desk.at(noon)
    assert [p.cn for p in sent] == ["2061"]
    assert [p.cn for p in desk.drain(sent)] == ["2061", "2051", "2011"]


def test_period_data_carry_the_start_of_their_period(station, noon):
    """HJ 212-2017 table 4 and C.16, C.17: DataTime is the beginning."""
    desk = Desk(station(), noon).quiet().up()
    times = {p.cn: p.data_time[11:16] for p in desk.drain(desk.at(noon))}
    assert times == {"2061": "11:00", "2051": "11:50", "2011": "12:00"}


def test_the_day_goes_out_at_midnight(station, noon):
    midnight = noon + 12 * 3600
    desk = Desk(station(), midnight).quiet().up()
    first = desk.drain(desk.at(midnight))[0]
    assert (first.cn, first.data_time) == ("2031", "2025-11-23T00:00:00+08:00")


def test_the_logger_announces_its_start_once(station, noon):
    desk = Desk(station(), noon).up()
    sent = desk.drain(desk.at(noon - 0.5))
    assert [p.cn for p in sent] == ["2081"]
    assert sent[0].fields["RestartTime"] < sent[0].fields["DataTime"]
    desk.logger.link_down()
    desk.up()
    assert desk.drain(desk.at(noon - 0.4)) == []


def test_a_2005_logger_knows_no_start_message(station, noon):
    desk = Desk(station("gas", "2005"), noon).up()
    assert desk.at(noon - 0.5) == []


def test_what_does_not_fit_one_packet_is_split_with_a_qn_a_part(noon, station):
    """HJ 212-2017 C.50: one DataTime, two QNs, each part acknowledged."""
    from dataclasses import replace

    from qingyuan.simulator.factors import factor_set

    wide = replace(station(), factors=factor_set("gas", "2017"))
    desk = Desk(wide, noon).quiet().up()
    parts = [p for p in desk.drain(desk.at(noon)) if p.cn == "2051"]
    assert [(p.pno, p.pnum, p.flag) for p in parts] == [(1, 2, 7), (2, 2, 7)]
    assert len({p.data_time for p in parts}) == 1
    assert int(parts[1].qn) == int(parts[0].qn) + 1
    assert all(p.length <= 1036 for p in parts)
    joined = {**parts[0].factors, **parts[1].factors}
    assert set(joined) == {f.code for f in wide.factors}


@pytest.mark.parametrize(
    ("edition", "key"),
    [("2005", None), ("2017", None), ("2025", None), ("2025", "00112233445566778899aabbccddeeff")],
)
@pytest.mark.parametrize("ack", [True, False])
def test_uploads_are_what_the_builder_of_the_protocol_writes(station, noon, edition, key, ack):
    spec = station("gas", edition, sm4_key=key, ack=ack)
    composer = DataLogger(spec, noon).composer
    for late in (False, True):
        for out in (*composer.realtime(noon, late), *composer.period("2051", noon, 600, late)):
            connection = hj212.Connection(sm4_key=composer.sm4_key)
            connection.receive_data(out.raw)
            packet = connection.next_event().packet
            again = build.upload(
                packet.cn, edition=edition, st=spec.st, mn=spec.mn, pw=spec.password,
                qn=packet.qn, fields={"DataTime": packet.fields["DataTime"]},
                factors=packet.factors, ack=ack, resend=packet.rf == "1",
                sm4_key=composer.sm4_key,
            )  # fmt: skip
            assert again == out.raw
            assert (packet.rf == "1") == (late and edition == "2025")


def test_a_station_without_acknowledgements_does_not_wait(station, noon):
    desk = Desk(station("gas", "2005", ack=False), noon).quiet().up()
    sent = desk.at(noon)
    assert [p.cn for p in sent] == ["2061", "2051", "2011"]
    assert {p.ack for p in sent} == {False}


# -- acknowledgements ----------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["2005", "2017", "2025"])
def test_a_lost_acknowledgement_brings_the_same_bytes_again(station, noon, edition):
    desk = Desk(station("water", edition), noon).quiet().up()
    first = desk.at(noon)
    assert desk.at(noon + 9) == []
    again = desk.at(noon + 10)
    assert [p.raw for p in again] == [p.raw for p in first]
    assert desk.logger.counts["resent"] == 1
    assert [p.cn for p in desk.drain(again)][:2] == ["2061", "2051"]


def test_after_the_last_resend_the_link_is_given_up_and_the_bytes_survive(station, noon):
    desk = Desk(station(), noon).quiet().up()
    first = desk.at(noon)
    for turn in (10, 20, 30):
        assert [p.raw for p in desk.at(noon + turn)] == [first[0].raw]
    assert desk.logger.step(noon + 40, desk.wall + 10) == [Close("no acknowledgement")]
    desk.logger.link_down()
    desk.up()
    assert [p.raw for p in desk.at(noon + 41)] == [first[0].raw]


def test_an_acknowledgement_of_something_else_changes_nothing(station, noon):
    desk = Desk(station(), noon).quiet().up()
    first = desk.at(noon)[0]
    other = build.answer_to(hj212.read_segment(first.segment.replace(b"QN=2025", b"QN=2024")))
    assert desk.hear(other) == []
    assert desk.logger.counts["stray answers"] == 1


# -- the gateway is away -------------------------------------------------------------------


@pytest.mark.parametrize(("edition", "mark"), [("2017", None), ("2025", "1")])
def test_what_came_due_without_a_link_goes_out_in_order_and_2025_marks_it(
    station, noon, edition, mark
):
    desk = Desk(station("gas", edition), noon).quiet()
    for moment in range(noon, noon + 1201, 30):
        assert desk.at(moment) == []
    desk.up()
    desk.logger._heartbeat = noon + 9999
    sent = desk.drain(desk.at(noon + 1202))
    assert [p.qn for p in sent] == sorted(p.qn for p in sent)
    assert [p.cn for p in sent].count("2051") == 3
    assert [p.cn for p in sent].count("2011") == 41
    assert {p.rf for p in sent} == {mark}
    fresh = desk.drain(desk.at(noon + 1230))
    assert {p.rf for p in fresh} == {None}


def test_an_overflowing_buffer_gives_up_real_time_data_first(station, noon):
    desk = Desk(station(), noon, Talk(spread=0.0, queue=10)).quiet()
    for moment in range(noon, noon + 3601, 30):
        desk.at(moment)
    desk.up()
    kinds = [p.cn for p in desk.drain(desk.at(noon + 3602))]
    assert len(kinds) == 10
    assert kinds.count("2051") == 7
    assert kinds.count("2061") == 2
    assert desk.logger.counts["dropped"] == 120 + 1 + 2 + 7 - 10 - 1 + 1


def test_backoff_grows_and_is_never_the_same():
    roll = dice("backoff")
    waits = [backoff(n, roll) for n in range(12)]
    assert 0.5 <= waits[0] <= 1.0
    assert 30 <= waits[11] <= 60
    assert len(set(waits)) == 12


# -- encryption and heartbeat --------------------------------------------------------------


def test_with_a_key_the_data_of_2025_are_encrypted(station, noon):
    spec = station("gas", "2025", sm4_key="00112233445566778899aabbccddeeff")
    desk = Desk(spec, noon).quiet().up()
    acts = desk.logger.step(noon, 0.0)
    assert b"a21026" not in acts[0].data
    assert "a21026" in packets(acts, desk.key)[0].factors


def test_a_2025_logger_shows_that_it_lives(station, noon):
    desk = Desk(station("gas", "2025"), noon).quiet().up()
    cns = [p.cn for moment in range(noon, noon + 901, 30) for p in desk.drain(desk.at(moment))]
    assert cns.count("9015") == 3


# -- requests ------------------------------------------------------------------------------


def test_a_request_is_answered_then_done_then_reported(station, noon):
    """HJ 212-2017 C.5: 9011, the data, 9012, all under the request's QN."""
    desk = Desk(station(), noon).quiet().up()
    answers = desk.ask("1061")
    assert [p.cn for p in answers] == ["9011", "1061", "9012"]
    assert {p.qn for p in answers} == {"20251123120000777"}
    assert [p.st for p in answers] == ["91", "31", "91"]
    assert answers[0].fields == {"QnRtn": "1"}
    assert answers[1].fields == {"RtdInterval": "30"}
    assert answers[2].fields == {"ExeRtn": "1"}


def test_in_2005_the_qn_stands_inside_the_cp(station, noon):
    desk = Desk(station("gas", "2005"), noon).quiet().up()
    answers = desk.ask("1061")
    assert [p.cn for p in answers] == ["9011", "1061", "9012"]
    assert {p.fields["QN"] for p in answers} == {"20251123120000777"}


@pytest.mark.parametrize(
    ("edition", "change", "code"),
    [("2017", {"pw": "000000"}, "3"), ("2017", {"mn": "0" * 24}, "4"), ("2017", {"st": "32"}, "5"),
     ("2005", {"pw": "000000"}, "3"), ("2005", {"st": "32"}, "2")],
)  # fmt: skip
def test_a_wrong_request_is_refused_with_its_reason(station, noon, edition, change, code):
    spec = station("gas", edition)
    desk = Desk(spec, noon).quiet().up()
    address = {"st": spec.st, "mn": spec.mn, "pw": spec.password, **change}
    raw = build.request("1061", edition=edition, qn="20251123120000777", **address)
    answers = desk.hear(raw)
    assert [p.cn for p in answers] == ["9011"]
    assert answers[0].fields["QnRtn"] == code


def test_an_unknown_command_is_refused(station, noon):
    spec = station()
    desk = Desk(spec, noon).quiet().up()
    segment = (f"QN=20251123120000777;ST={spec.st};CN=1099;PW={spec.password};MN={spec.mn};"
               "Flag=5;CP=&&&&")  # fmt: skip
    assert desk.hear(hj212.frame(segment.encode()))[0].fields["QnRtn"] == "8"


@pytest.mark.parametrize("edition", ["2005", "2017", "2025"])
@pytest.mark.parametrize(("cn", "step", "count"), [("2051", 600, 7), ("2061", 3600, 2)])
def test_history_comes_with_both_ends(station, noon, edition, cn, step, count):
    """HJ 212-2017 C.20 asks for one period with BeginTime equal to EndTime."""
    desk = Desk(station("gas", edition), noon).quiet().up()
    answers = desk.ask(cn, BeginTime="20251123090000", EndTime="20251123100000")
    assert [answers[0].cn, answers[-1].cn] == ["9011", "9012"]
    assert answers[-1].fields["ExeRtn"] == "1"
    uploads = answers[1:-1]
    assert {p.cn for p in uploads} == {cn}
    times = list(dict.fromkeys(p.data_time for p in uploads))
    assert len(times) == count
    assert times[0] == "2025-11-23T09:00:00+08:00"
    assert len({p.qn for p in uploads}) == {"2005": 1}.get(edition, len(uploads))


def test_history_is_what_was_sent_before(station, noon):
    desk = Desk(station(), noon).quiet().up()
    live = next(p for p in desk.drain(desk.at(noon)) if p.cn == "2051")
    asked = desk.ask("2051", BeginTime="20251123115000", EndTime="20251123115000")[1]
    assert asked.pairs == live.pairs


def test_history_that_is_not_there_is_said_to_be_missing(station, noon):
    desk = Desk(station(), noon).quiet().up()
    answers = desk.ask("2061", BeginTime="20271123090000", EndTime="20271123100000")
    assert [p.cn for p in answers] == ["9011", "9012"]
    assert answers[1].fields["ExeRtn"] == "100"


def test_run_times_count_the_hours_without_stops(station, noon):
    from dataclasses import replace

    from qingyuan.simulator import Event

    stop = Event("stop", noon - 86400, noon - 86400 + 6 * 3600)
    desk = Desk(replace(station(), events=(stop,)), noon).quiet().up()
    answers = desk.ask("2041", BeginTime="20251122000000", EndTime="20251122000000")
    assert answers[1].factors["SB1"]["RT"] == "18.0"


def test_intervals_can_be_set_and_are_kept(station, noon):
    desk = Desk(station(), noon).quiet().up()
    assert desk.ask("1064", MinInterval="5")[-1].fields["ExeRtn"] == "1"
    assert desk.ask("1062", RtdInterval="60")[-1].fields["ExeRtn"] == "1"
    assert desk.ask("1063")[1].fields == {"MinInterval": "5"}
    sent = [p for m in range(noon, noon + 601, 10) for p in desk.drain(desk.at(m))]
    assert [p.data_time[14:16] for p in sent if p.cn == "2051"] == ["55", "00", "05"]
    assert len([p for p in sent if p.cn == "2011"]) == 11


def test_real_time_data_can_be_stopped_and_begun_again(station, noon):
    desk = Desk(station(), noon).quiet().up()
    answers = desk.ask("2012")
    assert [p.cn for p in answers] == ["9013"]
    assert "2011" not in [p.cn for p in desk.drain(desk.at(noon + 300))]
    assert [p.cn for p in desk.ask("2011")] == ["9011", "9012", "2011"]
    assert "2011" in [p.cn for p in desk.drain(desk.at(noon + 360))]


def test_a_new_password_is_used_from_then_on(station, noon):
    desk = Desk(station(), noon).quiet().up()
    desk.ask("1072", NewPW="654321")
    assert {p.pw for p in desk.drain(desk.at(noon))} == {"654321"}


def test_the_clock_can_be_read_and_set(station, noon):
    desk = Desk(station(), noon).quiet().up()
    assert desk.ask("1011")[1].fields["SystemTime"] == "20251123115959"
    desk.ask("1012", SystemTime="20251123130000")
    assert desk.ask("1011")[1].fields["SystemTime"] == "20251123130000"


def test_timeout_and_resends_can_be_set(station, noon):
    desk = Desk(station(), noon).quiet().up()
    desk.ask("1000", OverTime="4", ReCount="1")
    first = desk.at(noon)
    assert [p.raw for p in desk.at(noon + 4)] == [p.raw for p in first]
    assert desk.logger.step(noon + 8, desk.wall + 4) == [Close("no acknowledgement")]


def test_an_ordered_calibration_shows_in_the_readings(station, noon):
    desk = Desk(station(), noon).quiet().up()
    assert desk.ask("3011", PolId="a21026")[-1].fields["ExeRtn"] == "1"
    rows = [p for m in range(noon, noon + 301, 30) for p in desk.drain(desk.at(m))]
    assert "C" in {p.factors["a21026"]["Flag"] for p in rows if p.cn == "2011"}


def test_device_information_is_given(station, noon):
    desk = Desk(station("water"), noon).quiet().up()
    state = desk.ask("3020", PolId="w01018", InfoId="i12001")[1]
    assert state.factors["i12001"] == {"Info": "0"}
    log = desk.ask("3020", PolId="w01018", InfoId="i11001")[1]
    assert log.factors["i11001"]["Info"].startswith("//")
    desk.ask("3021", PolId="w01018", InfoId="i13004", **{"i13004-Info": "168.0"})
    assert desk.ask("3020", PolId="w01018", InfoId="i13004")[1].factors["i13004"]["Info"] == "168.0"
    assert len(desk.ask("3019", PolId="w01018")[1].factors["w01018"]["SN"]) == 24


@pytest.mark.parametrize(
    ("cn", "fields"),
    [("3012", {"PolId": "w01018"}), ("3013", {"PolId": "w01018"}), ("3014", {"PolId": "w01018"}),
     ("3015", {}), ("3016", {"PolId": "w01018", "CstartTime": "000000", "Ctime": "2"}),
     ("3017", {"PolId": "w01018"}), ("3018", {"PolId": "w01018"}), ("2021", {})],
)  # fmt: skip
def test_every_control_command_of_2017_is_done(station, noon, cn, fields):
    answers = Desk(station("water"), noon).quiet().up().ask(cn, **fields)
    assert answers[0].fields["QnRtn"] == str(ACCEPTED)
    assert "1" in [p.fields.get("ExeRtn") for p in answers]


def test_alarm_limits_of_2005_come_for_every_factor_asked(station, noon):
    spec = station("water", "2005")
    desk = Desk(spec, noon).quiet().up()
    raw = build.request(
        "1021", edition="2005", st=spec.st, mn=spec.mn, pw=spec.password,
        qn="20251123120000777", fields=[("PolId", "011"), ("PolId", "060")],
    )  # fmt: skip
    limits = desk.hear(raw)[1].factors
    assert limits["011"]["UpValue"] == "50"
    assert set(limits) == {"011", "060"}


def test_a_new_sm4_key_is_used_from_then_on(station, noon):
    new = "Zq7-kP2w.Xs9_Lm4"
    spec = station("gas", "2025", sm4_key="00112233445566778899aabbccddeeff")
    desk = Desk(spec, noon).quiet().up()
    desk.ask("1014", SKCreateTime="20251123120000000", NewSK=new)
    desk.key = new.encode()
    assert "a21026" in desk.at(noon)[0].factors


def test_the_daily_standard_check_is_reported_in_2025_and_can_be_read_back(station, noon):
    """HJ 212-2025, 2062: half the range, within ten per cent."""
    desk = Desk(station("water", "2025"), noon).quiet().up()
    day = [p for m in range(noon, noon + 86400, 600) for p in desk.drain(desk.at(m))]
    checks = [p for p in day if p.cn == "2062"]
    assert len(checks) == 1
    assert checks[0].data_time[14:16] == "40"
    cod = checks[0].factors["w01018"]
    assert cod["StandardValue"] == "75.0"
    assert 67.5 <= float(cod["SampleRd"]) <= 82.5
    asked = desk.ask("2062", BeginTime="20251123000000", EndTime="20251124120000")
    assert checks[0].pairs in [p.pairs for p in asked]


def test_an_answered_heartbeat_is_no_stray(station, noon):
    desk = Desk(station("gas", "2025"), noon).quiet().up()
    for moment in range(noon, noon + 601, 30):
        desk.drain(desk.at(moment))
    assert desk.logger.counts["heartbeats answered"] == 2
    assert desk.logger.counts["stray answers"] == 0


def test_an_answer_does_not_wait_for_somebody_elses_acknowledgement(station, noon):
    desk = Desk(station(), noon).quiet().up()
    desk.at(noon)
    spec = desk.logger.spec
    raw = build.request("1061", edition="2017", st=spec.st, mn=spec.mn, pw=spec.password,
                        qn="20251123120000777")  # fmt: skip
    assert [p.cn for p in desk.hear(raw)] == ["9011", "1061", "9012"]


def test_a_request_with_nonsense_in_it_fails_with_2(station, noon):
    spec = station()
    desk = Desk(spec, noon).quiet().up()
    segment = (f"QN=20251123120000777;ST={spec.st};CN=1062;PW={spec.password};MN={spec.mn};"
               "Flag=5;CP=&&RtdInterval=often&&")  # fmt: skip
    answers = desk.hear(hj212.frame(segment.encode()))
    assert [p.fields for p in answers] == [{"QnRtn": "1"}, {"ExeRtn": "2"}]


def test_the_state_of_the_plant_comes_at_the_real_time_interval_until_stopped(station, noon):
    desk = Desk(station(), noon).quiet().up()
    first = desk.ask("2021")
    assert [p.cn for p in first] == ["9011", "9012", "2021"]
    assert first[2].factors == {f"SB{i}": {"RS": "1"} for i in (1, 2, 3)}
    sent = [p.cn for m in range(noon, noon + 91, 30) for p in desk.drain(desk.at(m))]
    assert sent.count("2021") == 4
    desk.ask("2022")
    assert "2021" not in [p.cn for p in desk.drain(desk.at(noon + 150))]
