"""The promises to whoever drives Qingyuan from outside: stations, readings, imports, exit codes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

MN = "010000A8900016F000169DC0"


@pytest.fixture
def qingyuan(tmp_path, settled):
    """Run a verb on a data directory of the test's own; the finished process."""
    return on(settled(tmp_path / "data"))


@pytest.fixture(scope="module")
def entered(tmp_path_factory, settled):
    """The same on a directory with the station, for verbs that leave it as it is."""
    run = on(settled(tmp_path_factory.mktemp("entered")))
    add(run)
    return run


def on(data: Path):
    kept = {k: v for k, v in os.environ.items()
            if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "QINGYUAN_DATA")}

    def run(*words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "qingyuan", *words, "--data", str(data)],
            env=kept, text=True, capture_output=True, timeout=120, check=False)
        assert done.returncode == status, done.stderr
        return done

    run.data = data
    return run


def add(qingyuan, mn=MN, kind="gas", status=0):
    return qingyuan("station", "add", mn, "--password", "123456", "--kind", kind, "--name",
                    "示例排口", status=status)


def test_a_station_on_an_empty_directory(qingyuan):
    shutil.rmtree(qingyuan.data)
    add(qingyuan)
    [row] = json.loads(qingyuan("station", "list", "--json").stdout)["stations"]
    assert (row["mn"], row["edition"], row["points"][0]["kind"]) == (MN, "2017", "gas")
    assert "31" in row["points"][0]["st"]
    assert "123456" not in qingyuan("station", "list").stdout
    assert MN in (qingyuan.data / "registry.json").read_text()


@pytest.mark.parametrize(("words", "sentence"), [
    (("station", "add", MN, "--password", "1", "--kind", "gas", "--name", "x"), "exists already"),
    (("station", "add", "A B", "--password", "1", "--kind", "gas", "--name", "x"), "MN"),
    (("readings", "NOBODY", "--interval", "min", "--from", "2026-01-01", "--to", "2026-01-02"),
     "no station with MN NOBODY"),
    (("readings", MN, "--interval", "min", "--from", "yesterday", "--to", "2026-01-02"),
     "--from 'yesterday' is no time"),
    (("readings", MN, "--interval", "week", "--from", "2026-01-01", "--to", "2026-01-02"),
     "invalid choice"),
    (("import", "readings", "nowhere.csv", "--mn", MN, "--interval", "hour"), "nowhere.csv"),
])
def test_bad_input_ends_with_status_2_and_a_sentence(entered, words, sentence):
    done = entered(*words, status=2)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_frames_become_readings_as_json(qingyuan):
    from qingyuan.hj212.crc import crc16
    from qingyuan.spool import NewFrame, SpoolWriter

    add(qingyuan)
    text = (f"QN=20261123141000000;ST=31;CN=2051;PW=123456;MN={MN};Flag=5;"
            "CP=&&DataTime=20261123140000;a21026-Avg=12.3,a21026-Flag=N&&").encode()
    with SpoolWriter(qingyuan.data / "spool") as spool:
        spool.append([NewFrame(1_795_414_200_000, "192.0.2.1:1", MN, "",
                               b"##%04d%s%04X\r\n" % (len(text), text, crc16(text)))])
    qingyuan("intake", "--once")
    ask = ("readings", MN, "--interval", "min")
    found = json.loads(qingyuan(*ask, "--from", "2026-11-23T14:00", "--to", "20261123141000",
                                "--json").stdout)
    assert found == {"mn": MN, "interval": "min", "readings": [{
        "time": "2026-11-23T14:00:00+08:00",
        "factors": {"a21026": {"Avg": 12.3, "Flag": "N"}}, "frame": 1, "source": "wire",
    }]}
    # FROM <= time < TO
    assert json.loads(qingyuan(*ask, "--from", "2026-11-23", "--to", "2026-11-23T06:00:00Z",
                               "--json").stdout)["readings"] == []
    plain = qingyuan(*ask, "--from", "2026-11-23", "--to", "2026-11-24").stdout
    assert plain == "2026-11-23 14:00:00  a21026 Avg=12.3,Flag=N\n"


def test_a_file_is_imported(qingyuan, tmp_path: Path):
    add(qingyuan, kind="water")
    file = tmp_path / "小时.csv"
    file.write_text("时间,COD,氨氮\n2026-11-20 08:00,41.8,1.2\n2026-11-20 09:00,bad,1\n", "utf-8")
    words = ("import", "readings", str(file), "--mn", MN, "--interval", "hour")
    tried = json.loads(qingyuan(*words, "--dry-run").stdout)
    assert (tried["dry_run"], tried["accepted"], tried["rejected"]) == (True, 1, 1)
    done = qingyuan(*words)
    report = json.loads(done.stdout)
    assert (report["accepted"], report["rejected"]) == (1, 1)
    assert "line 3" in done.stderr
    assert "bad" in Path(report["rejects"]).read_text("utf-8-sig")
    [row] = json.loads(qingyuan("readings", MN, "--interval", "hour", "--from", "2026-11-20",
                                "--to", "2026-11-21", "--json").stdout)["readings"]
    assert row["factors"] == {"w01018": {"Avg": 41.8}, "w21003": {"Avg": 1.2}}
    assert (row["frame"], row["source"]) == (None, "import 1: 小时.csv")


def test_django_s_own_commands(qingyuan):
    done = subprocess.run(
        [sys.executable, "-m", "qingyuan", "manage", "--data", str(qingyuan.data), "check"],
        text=True, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
