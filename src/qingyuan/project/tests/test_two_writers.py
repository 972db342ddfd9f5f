"""On SQLite the pages read and then write while intake stores; nobody is turned away."""

import os
import subprocess
import sys

import pytest

from qingyuan.hj212.crc import crc16
from qingyuan.kernel.clock import stamp
from qingyuan.spool import NewFrame, SpoolWriter

MN = "010000A8900016F000169DC0"
FRAMES, EDITS = 12_000, 60
# What a page does: read, think, write, in one transaction, on the row that intake reads as well.
EDITOR = f"""
from qingyuan.project.setup import configure
configure()
from django.db import transaction
from qingyuan.areas.assets.actions import edit_station
from qingyuan.areas.assets.models import DataLogger
from qingyuan.cli.station import own_scope
scope = own_scope()
for number in range({EDITS}):
    with transaction.atomic():
        logger = DataLogger.objects.get(mn="{MN}")
        edit_station(scope, logger, firmware=f"2.{{number}}")
"""


def frame(number: int) -> bytes:
    time = stamp(1_763_913_600 + 60 * number)
    text = (f"QN={time}000;ST=31;CN=2051;PW=123456;MN={MN};Flag=5;"
            f"CP=&&DataTime={time};a21026-Avg={number},a21026-Flag=N&&").encode()
    return b"##%04d%s%04X\r\n" % (len(text), text, crc16(text))


@pytest.mark.one_database
def test_reading_then_writing_beside_intake_never_fails(tmp_path, settled):
    settled(tmp_path)
    kept = {k: v for k, v in os.environ.items()
            if k not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    environment = {**kept, "QINGYUAN_DATA": str(tmp_path)}

    def start(*words: str) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, *words], env=environment, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    entered = start("-m", "qingyuan", "station", "add", MN, "--password", "123456", "--kind",
                    "gas", "--name", "示例排口")
    assert entered.wait(60) == 0, entered.communicate()
    entered.communicate()
    with SpoolWriter(tmp_path / "spool", synchronous="OFF") as spool:
        spool.append([NewFrame(1_795_413_600_000 + n, "192.0.2.1:1", MN, "", frame(n))
                      for n in range(FRAMES)])
    running = [start("-m", "qingyuan", "intake", "--once"), start("-c", EDITOR),
               start("-c", EDITOR)]
    said = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], said
    assert f"{FRAMES} readings" in said[0][1]
