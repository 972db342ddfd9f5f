"""The table of commands, against what the standards say about numbers, directions and fields."""

import pytest

from qingyuan.hj212 import commands
from qingyuan.hj212.commands import TableError

# HJ 212-2017 table 9: what a centre asks for, and what a device uploads.
REQUESTS_2017 = """1000 1011 1012 1061 1062 1063 1064 1072 2011 2021 2031 2041 2051 2061
    3011 3012 3013 3014 3015 3016 3017 3018 3019 3020 3021""".split()  # noqa: SIM905
UPLOADS_2017 = "1011 1061 1063 2011 2021 2031 2041 2051 2061 2081 3015 3017 3018 3019 3020".split()  # noqa: SIM905
# HJ/T 212-2005 6.5
REQUESTS_2005 = """1000 1001 1011 1012 1021 1022 1031 1032 1041 1042 1061 1062 1072 2011 2021 2031
    2041 2051 2061 2071 3011 3012 3013 3014""".split()  # noqa: SIM905


def numbers(edition, direction, kind):
    rows = commands.of_edition(edition)
    return sorted(c.cn for c in rows if c.direction == direction and c.kind == kind)


def test_table_9_of_2017():
    assert numbers("2017", "down", "request") == REQUESTS_2017
    assert numbers("2017", "up", "upload") == UPLOADS_2017
    assert numbers("2017", "down", "notice") == ["2012", "2022"]
    assert numbers("2017", "up", "notice") == ["1013"]
    assert numbers("2017", "up", "answer") == ["9011", "9012"]
    assert numbers("2017", "both", "answer") == ["9013", "9014"]


def test_the_list_of_2005():
    assert numbers("2005", "down", "request") == REQUESTS_2005
    assert numbers("2005", "up", "notice") == ["2072"]


def test_2025_adds_its_commands_and_drops_those_of_2005():
    added = {"1002", "1014", "2013", "2052", "2062", "2111", "3022", "3024", "9015"}
    known = {c.cn for c in commands.of_edition("2025")}
    assert added <= known
    assert added.isdisjoint(c.cn for c in commands.of_edition("2017"))
    assert known.isdisjoint({"1021", "1031", "1041", "2071", "2072"})


def test_numbers_that_changed_their_meaning():
    assert commands.find("1001", "2005")[0].direction == "down"
    assert commands.find("1001", "2025")[0].kind == "notice"
    assert commands.find("3014", "2005")[0].required == ("PolId", "Ctime")
    assert commands.find("3014", "2017")[0].required == ("PolId",)


def test_what_was_not_read_in_the_standard_says_so():
    for command in commands.COMMANDS:
        for edition, status in command.statuses.items():
            assert (status == "text") == (edition != "2025"), command


def test_every_meaning_names_its_clause():
    assert all(clause for command in commands.COMMANDS for clause in command.clauses.values())


def test_fields_that_only_one_edition_knows_are_not_offered_in_another():
    upload = commands.find("2051", "2005", "up")[0]
    assert "EFlag" not in upload.suffixes("2005")
    assert "EFlag" in upload.suffixes("2017")
    assert "QN" in commands.find("9014", "2005")[0].fields("2005")
    assert "QN" not in commands.find("9014", "2017")[0].fields("2017")


def test_code_lists_by_edition():
    assert [c.code for c in commands.QN_RETURNS.values() if "2005" in c.editions] == ["1", "2", "3"]
    assert [c.code for c in commands.EXE_RETURNS.values() if "2005" in c.editions] == [
        "1", "2", "100",
    ]  # fmt: skip
    assert len(commands.SYSTEMS) == 22
    assert "44" not in [c.code for c in commands.SYSTEMS.values() if "2017" in c.editions]


def test_data_flags_p_went_and_b_came():
    assert "P" in commands.EDITIONS["2005"].flags
    assert "P" not in commands.EDITIONS["2017"].flags
    assert "B" in commands.EDITIONS["2017"].flags
    for edition, row in commands.EDITIONS.items():
        listed = {c.code for c in commands.DATA_FLAGS.values() if edition in c.editions}
        assert set(row.flags) == listed


def test_sm4_covers_data_keys_and_device_information():
    covered = [cn for cn in ("1012", "1014", "2011", "3011", "3020", "9014")
               if commands.encrypted(cn, "2025")]  # fmt: skip
    assert covered == ["1014", "2011", "3020"]
    assert not commands.encrypted("2011FFFF", "2025")


def test_an_unknown_network_is_told_with_the_known_ones():
    with pytest.raises(KeyError, match="ADSL"):
        commands.timeout("2017", "NB-IoT")


def row(**changes):
    return {
        "cn": "2051", "name": "分钟", "direction": "up", "kind": "upload",
        "editions": {"2017": "表9"},
    } | changes  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        [row(), row()],
        [row(direction="sideways")],
        [row(kind="order")],
        [row(editions={"2030": "表9"})],
        [row(editions={"2017": {"clause": "表9", "status": "guessed"}})],
        [row(colour="blue")],
    ],
    ids=["double", "direction", "kind", "edition", "status", "unknown key"],
)
def test_the_loader_refuses_a_slip_in_the_commands(rows):
    with pytest.raises(TableError):
        commands.load_commands(rows)


def test_the_loader_refuses_a_field_named_twice():
    field = {"name": "PolId", "label": "因子", "type": "C6"}
    with pytest.raises(TableError, match="PolId"):
        commands.load_fields([field, field])
    with pytest.raises(TableError, match="twice"):
        commands.load_fields([field, field | {"name": "PolID", "alias": ["PolId"]}])
