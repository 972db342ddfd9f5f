"""The worked examples of the standards, read from ``cases/``, decode to their printed meaning."""

import re
import tomllib
from pathlib import Path

import pytest

from qingyuan import hj212
from qingyuan.hj212 import build, commands
from qingyuan.hj212.sm4 import decrypt_segment

CASES = Path(__file__).parents[4] / "cases"
BOOKS = ("hj212-2005/annex-c", "hj212-2017/annex-c", "hj212-2025/requests")
EXPECTED_COUNT = {"hj212-2005/annex-c": 93, "hj212-2017/annex-c": 155, "hj212-2025/requests": 30}


def book(name):
    return tomllib.loads((CASES / f"{name}.toml").read_text("utf-8"))


def packets():
    for name in BOOKS:
        whole = book(name)
        for number, case in enumerate(whole["packet"]):
            yield pytest.param(whole, case, id=f"{name}-{number:03d}-{case['table']}-{case['cn']}")


def receive(frame, **options):
    connection = hj212.Connection(**options)
    connection.receive_data(frame)
    event = connection.next_event()
    assert isinstance(event, hj212.PacketReceived), event
    assert connection.next_event() is hj212.NEED_DATA
    return event.packet


def test_every_printed_packet_is_there():
    assert {name: len(book(name)["packet"]) for name in BOOKS} == EXPECTED_COUNT


def test_all_tables_of_annex_c_of_2017_are_covered():
    tables = {case["table"] for case in book("hj212-2017/annex-c")["packet"]}
    assert tables == {f"C.{number}" for number in range(1, 51)}


@pytest.mark.parametrize(("whole", "case"), [*packets()])
def test_printed_packet_decodes_to_its_printed_meaning(whole, case):
    packet = receive(hj212.frame(case["segment"].encode()))
    assert packet.cn == case["cn"]
    assert packet.st == case["st"]
    assert packet.qn == case.get("qn")
    assert packet.flag == case.get("flag")
    assert (packet.pnum, packet.pno) == (case.get("pnum"), case.get("pno"))
    assert packet.edition == whole["edition"]
    assert packet.data_time == case.get("data_time")
    assert packet.fields == case["fields"]
    assert packet.factors == case.get("factors", {})
    assert len(packet.pairs) == case["pairs"]


@pytest.mark.parametrize(("whole", "case"), [*packets()])
def test_the_table_of_commands_knows_each_printed_packet(whole, case):
    direction = {"centre": "down", "device": "up"}[case["sent_by"]]
    command, = commands.find(case["cn"], whole["edition"], direction)
    assert command.kind == case["kind"]
    named = commands.FIELDS[whole["edition"]]
    given = {named[name].name if name in named else name for name in case["fields"]}
    items = {f"{code}-{suffix}" for code, row in case.get("factors", {}).items() for suffix in row}
    assert set(command.required) <= given | items
    assert given <= set(command.fields(whole["edition"]))
    suffixes = {name.rpartition("-")[2] for name in items - set(command.required)}
    assert suffixes <= set(command.suffixes(whole["edition"]))


def plain(segment):
    """A segment without the slips of the print: one separator, no blanks, today's spelling."""
    for printed, meant in (("PolID", "PolId"), ("CTime", "Ctime"), (" ", "")):
        segment = segment.replace(printed, meant)
    head, cp = segment.split("CP=&&", 1)
    items = [item for item in re.split("[;,]", head.replace("Flag=5CP", "Flag=5;CP")) if item]
    return sorted(items), [item for item in re.split("[;,]", cp[:-2]) if item]


def without_slips(text):
    return text.replace("PolID", "PolId").replace("CTime", "Ctime")


def requests():
    for parameter in packets():
        if parameter.values[1]["kind"] in ("request", "notice"):
            yield parameter


@pytest.mark.parametrize(("whole", "case"), [*requests()])
def test_the_builder_makes_each_printed_request_and_notice(whole, case):
    printed = receive(hj212.frame(case["segment"].encode()))
    common = {"edition": whole["edition"], "st": case["st"], "mn": whole["mn"], "pw": whole["pw"]}
    fields = [(without_slips(name), text) for name, text in printed.pairs]
    if case["sent_by"] == "centre":
        built = build.request(case["cn"], qn=case["qn"], fields=fields, **common)
        assert plain(receive(built).segment.decode()) == plain(case["segment"])
    else:
        ack = bool((case.get("flag") or 0) & 1)
        built = receive(build.upload(case["cn"], qn=case["qn"], fields=fields, ack=ack, **common))
        assert plain(built.segment.decode())[1] == plain(case["segment"])[1]


def uploads():
    for parameter in packets():
        case = parameter.values[1]
        # C.14 prints one factor without its w
        if case["kind"] == "upload" and "without its w" not in case.get("odd", ""):
            yield parameter


@pytest.mark.parametrize(("whole", "case"), [*uploads()])
def test_the_builder_makes_each_printed_upload(whole, case):
    printed = receive(hj212.frame(case["segment"].encode()))
    fields = [(without_slips(name), text) for name, text in printed.pairs]
    part = None if printed.pno is None else (printed.pno, printed.pnum)
    built = build.upload(
        case["cn"], edition=whole["edition"], st=case["st"], mn=whole["mn"], pw=whole["pw"],
        qn=case.get("qn"), fields=fields, ack=printed.ack, part=part,
    )  # fmt: skip
    head, cp = plain(receive(built).segment.decode())
    # 2005 prints no Flag where PNO and PNUM say enough
    unprinted = {"Flag=2"} if whole["edition"] == "2005" else set()
    assert [item for item in head if item not in unprinted] == plain(case["segment"])[0]
    assert cp == plain(case["segment"])[1]


def exchanges():
    """Each printed packet beside the answer that the annex prints after it."""
    for name in ("hj212-2005/annex-c", "hj212-2017/annex-c"):
        whole = book(name)
        for asked, answered in zip(whole["packet"], whole["packet"][1:], strict=False):
            same = asked["table"] == answered["table"] and asked["sent_by"] != answered["sent_by"]
            if same and answered["cn"] in ("9013", "9014"):
                yield pytest.param(asked, answered, id=f"{name}-{asked['table']}-{asked['cn']}")


@pytest.mark.parametrize(("asked", "answered"), [*exchanges()])
def test_the_printed_answer_is_the_one_we_give(asked, answered):
    packet = receive(hj212.frame(asked["segment"].encode()))
    if packet.edition == "2005" and answered["cn"] == "9014":
        answer = build.data_answer(packet)
        # the example asks for answers by the Flag of its 9011, the header of the upload has none
        own_qn = packet.qn or packet.fields.get("QN")
        assert own_qn == answered["fields"]["QN"]
        assert answer == hj212.frame(answered["segment"].encode())
    else:
        built = plain(receive(build.answer_to(packet)).segment.decode())
        printed = plain(answered["segment"])
        assert [item for item in built[0] if item != "Flag=0"] == [
            item for item in printed[0] if item != "Flag=0"
        ]
        assert built[1] == printed[1]


def refusals():
    for name in ("hj212-2005/annex-c", "hj212-2017/annex-c"):
        whole = book(name)
        for asked, answered in zip(whole["packet"], whole["packet"][1:], strict=False):
            # C.43 prints a 9011 with another QN than its request
            if answered["cn"] == "9011" and "another QN" not in answered.get("odd", ""):
                yield pytest.param(asked, answered, id=f"{name}-{asked['table']}-{asked['cn']}")


@pytest.mark.parametrize(("asked", "answered"), [*refusals()])
def test_the_printed_9011_is_the_one_a_device_gives(asked, answered):
    packet = receive(hj212.frame(asked["segment"].encode()))
    built = receive(build.answer_to(packet, qn_return=1)).segment.decode()
    printed = re.sub("Flag=[13];", "Flag=0;", answered["segment"])
    assert built == printed


@pytest.mark.parametrize("name", ["hj212-2017/annex-a", "hj212-2025/annex-a"])
def test_the_vectors_of_annex_a(name):
    whole = book(name)
    for case in whole["frame"]:
        segment = case["segment"].encode()
        assert len(segment) == case["length"]
        assert f"{hj212.crc16(segment):04X}" == case["crc"]
        packet = receive(hj212.frame(segment))
        assert (packet.edition, packet.cn) == (whole["edition"], case["cn"])
        assert packet.fields == case["fields"]
        assert packet.factors == case.get("factors", {})


def test_the_sm4_examples_of_2025_decrypt_and_are_built():
    cases = [case for case in book("hj212-2025/annex-a")["frame"] if "cipher" in case]
    assert len(cases) == 2
    for case in cases:
        key = bytes.fromhex(case["sm4_key"])
        head, _, _ = case["segment"].encode().partition(b"CP=&&")
        wire = head + b"CP=&&" + bytes.fromhex(case["cipher"]) + b"&&"
        assert decrypt_segment(wire, key) == case["segment"].encode()
        frame = b"##%04d%b%b\r\n" % (case["length"], wire, case["crc"].encode())
        assert receive(frame, sm4_key=key).segment == case["segment"].encode()
        built = build.upload(
            case["cn"], edition="2025", st="31", mn="010000A8900016F000169DC0", pw="123456",
            qn="20240520210700000", fields=case["fields"], factors=case["factors"], sm4_key=key,
        )  # fmt: skip
        assert built == frame
