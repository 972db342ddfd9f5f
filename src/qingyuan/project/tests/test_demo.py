"""The demonstration's company: seeded once, seen by each role, its past filled through intake."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import sys
from pathlib import Path
data = Path(sys.argv[1])
from qingyuan.project.setup import prepare
prepare(data)
from qingyuan.project.demo.seed import seed
from qingyuan.project.demo.history import backfill
first = seed(data, stations=5, seed_number=7)
assert seed(data, stations=5, seed_number=7) == first, "a second run changes nothing"
assert all(word != "—" for _, word, _ in first), first
backfill(data, stations=5, seed_number=7, days=2)
from qingyuan.areas.assets.queries import points_of
from qingyuan.areas.organisations.models import Membership
from qingyuan.areas.organisations.scope import Scope
from qingyuan.areas.telemetry.models import HourReading, MinuteReading, RealtimeReading
for m in Membership.objects.order_by("id"):
    seen = points_of(Scope(m.organisation, m.role, m.user)).count()
    print("sees", m.user.username, seen)
hours = set(HourReading.objects.values_list("point", "time"))
print("hours", len({p for p, _ in hours}), len(hours) >= 5 * 24)
from qingyuan.project.demo.life import live
live(data, stations=5, seed_number=7, days=4)
from qingyuan.areas.maintenance.models import DutyClock, Task
from qingyuan.areas.records.models import Presence, Record
done = Task.objects.filter(state="done").count()
print("life", done > 0, Record.objects.exclude(state="draft").count() >= done,
      Presence.objects.filter(kind="out").count() >= done, DutyClock.objects.exists())
apart = [p.at - p.phone_at for p in Presence.objects.all()]
print("phones", all(apart), all(-90_000 < one < 45 * 60_000 for one in apart))
from qingyuan.areas.maintenance.orders.queries import orders_of
from qingyuan.areas.records.models import Review
late = [r.at > r.record.review_due for r in Review.objects.select_related("record")]
print("reviews", len(late) > 0, sum(late) <= 0.2 * len(late))
plant = Membership.objects.get(user__username="discharger")
print("plant's order", orders_of(Scope(plant.organisation, plant.role, plant.user)).filter(
    source="discharger").exists())
print("minutes", MinuteReading.objects.exists(), RealtimeReading.objects.exists())
"""


@pytest.mark.one_database
def test_a_seeded_company_with_a_past(tmp_path, settled):
    settled(tmp_path)
    environment = {**os.environ, "DATABASE_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], env=environment,
                          capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    said = done.stdout
    for account in ("manager", "engineer", "reviewer", "supervisor", "inspector"):
        assert f"sees {account} 5" in said
    assert "sees discharger 1" in said
    assert "hours 5 True" in said
    assert "minutes True True" in said
    assert "life True True True True" in said
    assert "phones True True" in said
    assert "reviews True True" in said
    assert "plant's order True" in said
