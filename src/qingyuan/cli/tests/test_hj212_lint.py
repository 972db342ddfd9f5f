"""``qingyuan hj212 lint``: findings on standard output, one a line, and always status 0."""

import io
import json
import subprocess
import sys

import pytest

from qingyuan import hj212
from qingyuan.cli import main

CLEAN = hj212.frame(
    b"QN=20160801090000001;ST=32;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&DataTime=20160801080000;w01018-Avg=40.1,w01018-Flag=N&&"
)


def lint(capsys, tmp_path, stream, *options):
    file = tmp_path / "packets.bin"
    file.write_bytes(stream)
    assert main(["hj212", "lint", str(file), *options]) == 0
    return capsys.readouterr()


def test_a_clean_file_has_no_lines(capsys, tmp_path):
    out = lint(capsys, tmp_path, CLEAN * 3)
    assert out.out == ""
    assert out.err == "3 packets or bad stretches: 0 errors, 0 warnings, 0 remarks\n"


def test_a_finding_names_offset_severity_item_and_clause(capsys, tmp_path):
    broken = hj212.frame(CLEAN[6:-6].replace(b"Flag=N", b"Flag=P"))
    line, = lint(capsys, tmp_path, CLEAN + broken).out.splitlines()
    assert line.startswith(f"{len(CLEAN)}: error: w01018-Flag: ")
    assert line.endswith("[flag-letter; HJ 212-2017 6.6.4]")


def test_bad_stretches_are_findings_too(capsys, tmp_path):
    out = lint(capsys, tmp_path, b"noise" + CLEAN).out
    assert out.startswith("0: error: frame: ")


def test_json_carries_both_languages(capsys, tmp_path):
    out = lint(capsys, tmp_path, CLEAN.replace(b"\r\n", b"\n"), "--json").out
    row, = (json.loads(line) for line in out.splitlines())
    assert row["code"] == "line-feed-only"
    assert row["message_zh"] == "包尾只有换行"
    assert set(row) == {
        "offset", "code", "severity", "clause", "message_en", "message_zh", "where",
    }  # fmt: skip


def test_the_registered_edition_is_held_against_the_packet(capsys, tmp_path):
    assert "edition-differs" in lint(capsys, tmp_path, CLEAN, "--edition", "2025").out


def test_standard_input(capsys, monkeypatch):
    source = io.TextIOWrapper(io.BytesIO(b"junk"))
    monkeypatch.setattr(sys, "stdin", source)
    assert main(["hj212", "lint", "-"]) == 0
    assert "noise" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [(["no-such-file"], "give a file or -"), (["--sm4-key", "12", "-"], "32 hex digits")],
)
def test_bad_input_is_status_2_with_advice(capsys, arguments, advice):
    assert main(["hj212", "lint", *arguments]) == 2
    assert advice in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["hj212_lint", "hj212_wire"])
def test_it_starts_without_django(verb):
    code = (
        f"import sys, qingyuan.cli.{verb}\n"
        "sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_protocol_package_loads_no_tables():
    code = (
        "import sys, qingyuan.hj212\n"
        "tables = {'commands', 'factors', 'dialects', 'lint', 'build'}\n"
        "sys.exit(any(f'qingyuan.hj212.{name}' in sys.modules for name in tables))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
