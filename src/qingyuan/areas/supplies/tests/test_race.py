"""Random moves by several threads at once, on the database that the suite runs on."""

import importlib
import json
import os
import subprocess
import sys

import pytest
from django.db import connection


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the other database's own test")
def test_on_sqlite_nothing_is_lost_or_below_zero(settled, tmp_path):
    # A process of its own: the suite's database lies in memory, where threads do not wait.
    environment = {**os.environ, "DATABASE_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-m", "qingyuan.areas.supplies.tests.race", "--data",
         str(settled(tmp_path / "race")), "--moves", "25"],
        env=environment, capture_output=True, text=True, timeout=200)
    report = json.loads(done.stdout or "{}")
    assert (done.returncode, report.get("wrong"), done.stderr[-2000:]) == (0, [], "")
    assert report["requests"] == 100
    assert report["refused"] < 80


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the other database's own test")
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_nothing_is_lost_or_below_zero():
    race = importlib.import_module("qingyuan.areas.supplies.tests.race").race
    report = race(threads=4, moves=25, seed=1)
    assert (report["wrong"], report["requests"]) == ([], 100)
    assert report["refused"] < 80
