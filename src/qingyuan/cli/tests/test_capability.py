"""``qingyuan capability``: the promised answer, the table, exit statuses, the how-to kept true."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from qingyuan.cli import main

PAGE = Path(__file__).parents[4] / "docs" / "how-to" / "evaluate-capability.md"
EXAMPLE = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
KEYS = {"check", "clause", "pass", "value", "limit", "reading", "evidence", "sentence", "readings"}
CHECKS = [f"C{n:02}" for n in range(1, 22)]


def written(folder: Path, text: str) -> str:
    path = folder / "FACTS.toml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def asked(capsys, folder, text, *more):
    assert main(["capability", "--facts", written(folder, text), "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_page_s_unit_has_everything_and_every_key_is_read(tmp_path, capsys):
    path = written(tmp_path, EXAMPLE)
    assert main(["capability", "--facts", path, "--at", "2026-11-24", "--json"]) == 0
    out, err = capsys.readouterr()
    assert [(one["check"], one["pass"]) for one in json.loads(out)] == [
        (check, True) for check in CHECKS]
    assert err == ""


def test_on_the_next_day_what_expired_is_seen(tmp_path, capsys):
    found = asked(capsys, tmp_path, EXAMPLE, "--at", "2026-11-25")
    assert [one["check"] for one in found if one["pass"] is False] == ["C06", "C17"]


@pytest.mark.parametrize("text", ["", EXAMPLE, 'unit = {name = "示例"}'])
def test_there_is_one_object_for_each_check_in_order_with_the_promised_keys(
        tmp_path, capsys, text):
    found = asked(capsys, tmp_path, text)
    assert [one["check"] for one in found] == CHECKS
    assert all(set(one) == KEYS for one in found)
    assert all(one["readings"][0][key] == one[key] for one in found
               for key in ("pass", "value", "limit", "reading", "sentence", "evidence"))
    assert all(re.search(r"[\u4e00-\u9fff]", one["sentence"]) for one in found)
    assert all({"kind", "id", "ok", "text"} == set(fact) for one in found
               for fact in one["evidence"])


def test_without_a_day_it_is_today_in_china(tmp_path, capsys):
    from datetime import datetime

    from qingyuan.kernel.clock import CST

    before = datetime.now(CST).date()
    assert main(["capability", "--facts", written(tmp_path, EXAMPLE)]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first.partition(":")[0] in {str(before), str(datetime.now(CST).date())}


def test_the_table_counts_the_verdicts_and_says_them(tmp_path, capsys):
    path = written(tmp_path, EXAMPLE.replace("vehicles = 2 ", "vehicles = 0 "))
    assert main(["capability", "--facts", path, "--at", "2026-11-24"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "2026-11-24: 20 合格, 1 不合格, 0 无从评价"
    row = next(line for line in lines if line.startswith("C18"))
    assert row.split()[1:5] == ["运维车辆", "不合格", "0", "1"]


@pytest.mark.parametrize(("text", "says"), [
    ("x = ", "the file is no TOML"),
    ("[[point]]\nid = 3\nkind = 'gas'", "point[1].id: expected a text, not 3"),
    ("[[person]]\nid = 'a'\nhired = '2024-01-01'", "person[1].hired: expected a date"),
    ("[[point]]\nid = 'a'\nkind = 'air'", 'point[1].kind: expected one of "gas", "water"'),
])
def test_bad_input_is_status_2_with_one_sentence(tmp_path, capsys, text, says):
    path = written(tmp_path, text)
    assert main(["capability", "--facts", path, "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"qingyuan capability: {path}: {says}")
    assert err.count("\n") == 1


def test_a_wrong_day_or_file_is_status_2(tmp_path, capsys):
    path = written(tmp_path, "")
    assert main(["capability", "--facts", path, "--at", "2026-02-30"]) == 2
    assert main(["capability", "--facts", path, "--at", "20260228"]) == 2
    assert main(["capability", "--facts", path, "--at", "1990-01-01"]) == 2
    assert "no figure for 1990-01-01" in capsys.readouterr().err
    assert main(["capability", "--facts", str(tmp_path / "none.toml")]) == 2
    assert main(["capability", "--facts", str(tmp_path)]) == 2
    (tmp_path / "gbk.toml").write_bytes("x = '运维'".encode("gbk"))
    assert main(["capability", "--facts", str(tmp_path / "gbk.toml")]) == 2
    assert "expected text in UTF-8" in capsys.readouterr().err


def test_a_key_that_nothing_reads_is_named_with_the_one_that_was_meant(tmp_path, capsys):
    path = written(tmp_path, "[[person]]\nid = 'a'\nhird = 2024-01-01")
    assert main(["capability", "--facts", path, "--json"]) == 0
    assert "note: " in (err := capsys.readouterr().err)
    assert "person[1].hird is not read; did you mean hired?" in err


def test_it_needs_neither_django_nor_a_database(tmp_path):
    path = written(tmp_path, EXAMPLE)
    code = ("import sys\nfrom qingyuan.cli import main\n"
            f"status = main(['capability', '--facts', {path!r}, '--json'])\n"
            "names = {name.partition('.')[0] for name in sys.modules}\n"
            "print(status, sorted(names & {'django', 'sqlite3', 'psycopg', 'numpy'}), "
            "file=sys.stderr)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.startswith("0 [")
    assert "django" not in done.stderr
    assert "sqlite3" not in done.stderr
