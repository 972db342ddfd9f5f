import json

import pytest

from qingyuan.cli import main
from qingyuan.spool import SpoolReader, SpoolWriter
from qingyuan.spool.frame import DAY_MS


@pytest.fixture
def data(tmp_path, frame, noon):
    with SpoolWriter(tmp_path / "spool") as writer:
        for day in range(3):
            writer.append([frame(10 * day + n, at=noon + day * DAY_MS) for n in range(5)])
    return tmp_path


@pytest.fixture
def head(data) -> str:
    with SpoolReader(data / "spool") as reader:
        return reader.head()[1].hex()


def test_a_sound_spool_ends_with_0_and_says_so(data, head, capsys):
    assert main(["spool", "verify", "--data", str(data)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "15 frames of 3 days, up to frame 15", f"head {head}", "the chain is sound",
    ]


def test_the_report_is_there_as_json(data, head, capsys):
    assert main(["spool", "verify", "--json", "--data", str(data), "--day", "2025-11-24"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["frames"], found["days"]) == (True, 5, ["2025-11-24"])
    assert found["problems"] == []


def test_a_broken_chain_ends_with_2_and_names_day_and_frame_on_stderr(data, sql, capsys):
    sql(data / "spool" / "2025-11-24.sqlite", "DELETE FROM frame WHERE seq = 8")
    assert main(["spool", "verify", "--json", "--data", str(data)]) == 2
    output = capsys.readouterr()
    assert output.err == "qingyuan spool: 2025-11-24: frame 8 is missing\n"
    assert json.loads(output.out)["ok"] is False


def test_a_noted_head_is_looked_for(data, head, sql, capsys):
    verify = ["spool", "verify", "--data", str(data), "--expect-head", head]
    assert main(verify) == 0
    assert "the noted head is that of frame 15" in capsys.readouterr().out
    sql(data / "spool" / "2025-11-25.sqlite", "DELETE FROM frame WHERE seq = 15")
    assert main(verify) == 2
    assert f"the noted head {head} does not occur" in capsys.readouterr().err


def test_the_head_is_printed_to_be_noted(data, head, capsys):
    assert main(["spool", "head", "--data", str(data)]) == 0
    assert capsys.readouterr().out == f"15 {head}\n"


def test_older_days_are_compressed(data, capsys):
    assert main(["spool", "compress", "--before", "2025-11-25", "--data", str(data)]) == 0
    assert capsys.readouterr().out == "2025-11-23.packed.sqlite\n1 days compressed\n"
    assert main(["spool", "verify", "--data", str(data)]) == 0


def test_the_data_directory_comes_from_the_environment_too(data, monkeypatch, capsys):
    monkeypatch.setenv("QINGYUAN_DATA", str(data))
    assert main(["spool", "head"]) == 0


@pytest.mark.parametrize(("arguments", "message"), [
    (["verify", "--data", "/nowhere"], "no such directory"),
    (["head", "--data", "/nowhere"], "no such directory"),
    (["verify", "--day", "2020-01-01"], "no frames of 2020-01-01"),
    (["compress", "--before", "soon"], "write YYYY-MM-DD"),
])
def test_what_cannot_be_done_ends_with_2_and_a_sentence(
    data, monkeypatch, capsys, arguments, message
):
    monkeypatch.setenv("QINGYUAN_DATA", str(data))
    assert main(["spool", *arguments]) == 2
    output = capsys.readouterr()
    assert (output.out, message in output.err) == ("", True)


@pytest.mark.parametrize("arguments", [[], ["verify", "--expect-head", "abc"], ["burn"]])
def test_a_wrong_call_ends_with_2(arguments):
    with pytest.raises(SystemExit) as stop:
        main(["spool", *arguments])
    assert stop.value.code == 2
