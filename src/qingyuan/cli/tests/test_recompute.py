"""``qingyuan recompute`` and ``work --once`` from outside."""

import os
import subprocess
import sys

import pytest

MN = "010000A8900016F000169DC0"


@pytest.fixture
def qingyuan(tmp_path, settled):
    """Run a verb on a data directory of the test's own; the finished process."""
    settled(tmp_path / "data")
    kept = {k: v for k, v in os.environ.items()
            if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE", "QINGYUAN_DATA")}

    def run(*words: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "qingyuan", *words, "--data", str(tmp_path / "data")],
            env=kept, text=True, capture_output=True, timeout=120, check=False)
        assert done.returncode == status, done.stderr
        return done

    return run


@pytest.fixture
def imported(qingyuan, tmp_path):
    """A gas station with six hours of minutes from a file."""
    qingyuan("station", "add", MN, "--password", "123456", "--kind", "gas", "--name", "示例排口")
    lines = ["time,a21026-Avg,a19001-Avg"]
    lines += [f"2026-10-05 {n // 60:02}:{n % 60:02}:00,{20 + n % 7},6.0" for n in range(0, 360, 10)]
    file = tmp_path / "minutes.csv"
    file.write_text("\n".join(lines))
    qingyuan("import", "readings", str(file), "--mn", MN, "--interval", "min")
    return qingyuan


def test_hours_are_judged_and_judged_again_without_a_row_written(imported):
    first = imported("recompute", "--point", MN).stdout.splitlines()
    assert first[0] == "6 hours of 1 points to judge"
    assert first[-1].startswith("6 hours judged, 20 rows written in ")
    again = imported("recompute").stdout.splitlines()
    assert again[-1].startswith("6 hours judged, 0 rows written in ")
    some = imported("recompute", "--point", "1", "--from", "2026-10-06").stdout.splitlines()
    assert some[0] == "0 hours of 0 points to judge"


def test_the_worker_judges_what_came_in(imported):
    assert "judged 6 hours, 20 rows" in imported("work", "--once").stderr
    assert "0 rows written" in imported("recompute").stdout


@pytest.mark.parametrize(("words", "sentence"), [
    (("--point", "NOBODY"), "there is no point and no station NOBODY"),
    (("--from", "yesterday"), "--from 'yesterday' is no day; write 2026-11-23"),
    (("--from", "2026-10-06", "--to", "2026-10-05"), "--to 2026-10-05 lies before"),
])
def test_bad_input_is_refused_with_a_sentence(qingyuan, words, sentence):
    assert sentence in qingyuan("recompute", *words, status=2).stderr
