"""Fixtures of every test that touches the database: a data directory, a fixed cast, stations.

The suite runs on SQLite; ``tests/with_postgres.py`` runs it again with DATABASE_URL set.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).parent
CACHE = ROOT / ".pytest_cache"


@pytest.fixture(autouse=True)
def places(request, tmp_path: Path, monkeypatch):
    """A data directory of the test's own, for tests that use the database."""
    if not {"db", "transactional_db", "django_db_setup"} & set(request.fixturenames) and (
        request.node.get_closest_marker("django_db") is None
    ):
        return None
    from django.conf import settings

    from qingyuan.kernel.places import Places

    own = Places(tmp_path / "data")
    own.root.mkdir()
    monkeypatch.setattr(settings, "PLACES", own)
    return own


@pytest.fixture(scope="session")
def migrated(tmp_path_factory) -> Path:
    """The SQLite file of an installation on which nothing has happened yet, made by the product
    itself. Making the tables takes longer than most tests, so that the file is kept until a
    migration changes: the tests' own database and every data directory of a test are its copies.
    """
    own = tmp_path_factory.mktemp("migrated") / "qingyuan.sqlite"
    kept = CACHE / f"tables-{_schema()}.sqlite"
    with suppress(FileNotFoundError):
        return Path(shutil.copy(kept, own))
    environment = {**os.environ, "DATABASE_URL": ""}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    code = ("import sys; from pathlib import Path; from qingyuan.project.setup import prepare; "
            "prepare(Path(sys.argv[1]))")
    subprocess.run([sys.executable, "-c", code, str(own.parent)], env=environment, check=True,
                   timeout=200)
    CACHE.mkdir(exist_ok=True)
    for old in CACHE.glob("tables-*.sqlite"):
        old.unlink(missing_ok=True)
    # Under a name of its own until it is whole, as another run may look for it.
    os.replace(shutil.copy(own, CACHE / f"{os.getpid()}.sqlite"), kept)
    return own


def _schema() -> str:
    """A digest of everything that makes the tables."""
    import django

    seen = hashlib.sha256(django.__version__.encode())
    for file in sorted((ROOT / "src").glob("**/migrations/*.py")):
        seen.update(str(file.relative_to(ROOT)).encode() + file.read_bytes())
    for file in (ROOT / "src/qingyuan/project/sqlite").glob("*.py"):
        seen.update(file.read_bytes())
    return seen.hexdigest()[:16]


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, request) -> Iterator[None]:
    """On SQLite the tests' database, which lies in memory, begins as a copy of ``migrated``; what
    is then left to migrate is nothing. PostgreSQL migrates in every run."""
    from django.db import connection

    if connection.vendor != "sqlite":
        yield
        return
    name = f"file:memorydb_{connection.alias}?mode=memory&cache=shared"  # Django's own
    with closing(sqlite3.connect(name, uri=True)) as memory:
        with closing(sqlite3.connect(request.getfixturevalue("migrated"))) as file:
            file.backup(memory)
        yield


@pytest.fixture(scope="session")
def settled(migrated) -> Callable[[Path], Path]:
    """``settled(folder)``: the folder as a data directory with its tables made."""

    def settle(folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        shutil.copy(migrated, folder / "qingyuan.sqlite")
        return folder

    return settle


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The factor dictionary once for all tests: entered anew in each, its rolled back ids would use
    up PostgreSQL's sequence of small integers."""
    from qingyuan.areas.telemetry.factors import sync_factors

    with django_db_blocker.unblock():
        sync_factors()


@pytest.fixture
def cast(db):
    """Fixed people, each a Scope: the unit's manager, engineer, reviewer, storekeeper; the
    discharger's manager; the association's officer; the regulator's inspector; an outsider, who
    manages another unit."""
    from qingyuan.areas.organisations.models import Membership, Organisation, User
    from qingyuan.areas.organisations.scope import Scope
    from qingyuan.areas.telemetry.factors import sync_factors

    sync_factors()
    houses = {
        "unit": Organisation.objects.create(kind="om_unit", name="示例运维有限公司"),
        "other": Organisation.objects.create(kind="om_unit", name="示例另一运维公司"),
        "plant": Organisation.objects.create(
            kind="discharger", name="示例热力有限公司", area="650102"),
        "association": Organisation.objects.create(kind="association", name="示例协会"),
        "bureau": Organisation.objects.create(
            kind="regulator", name="示例生态环境局", area="6501"),
    }
    people = {}
    for who, house, role in (
        ("manager", "unit", "manager"), ("engineer", "unit", "engineer"),
        ("reviewer", "unit", "reviewer"), ("storekeeper", "unit", "storekeeper"),
        ("discharger", "plant", "discharger_manager"), ("officer", "association", "officer"),
        ("inspector", "bureau", "inspector"), ("outsider", "other", "manager"),
    ):
        user = User.objects.create(username=who, name=f"示例{who}")
        Membership.objects.create(user=user, organisation=houses[house], role=role)
        people[who] = Scope(houses[house], role, user)
    return SimpleNamespace(**people, houses=SimpleNamespace(**houses))


@pytest.fixture
def station(cast) -> Callable[..., SimpleNamespace]:
    """Enter a station as the unit's manager: ``station()`` is gas, MN …01, password 123456."""
    from qingyuan.areas.assets.actions import register_station

    def enter(mn: str = "010000A8900016F000169D01", kind: str = "gas", name: str = "1 号排口",
              **facts) -> SimpleNamespace:
        facts = {"password": "123456", "discharger": cast.houses.plant, **facts}
        logger, point = register_station(cast.manager, mn=mn, kind=kind, name=name, **facts)
        return SimpleNamespace(logger=logger, point=point, mn=mn, st="31" if kind == "gas" else
                               "32", edition=logger.edition, password=facts["password"])

    return enter


@pytest.fixture
def neighbour(cast) -> SimpleNamespace:
    """A station that the other unit (``cast.outsider``) runs at the same discharger."""
    from qingyuan.areas.assets.actions import register_station

    logger, point = register_station(
        cast.outsider, mn="010000A8900016F000169N02", password="nb-481", kind="gas",
        name="2 号排口", discharger=cast.houses.plant)
    return SimpleNamespace(logger=logger, point=point, mn=logger.mn, st="31",
                           edition=logger.edition, password="nb-481")


@pytest.fixture
def moved(cast, station) -> SimpleNamespace:
    """The unit's logger, since the first day of 2020 at another discharger's point that the other
    unit runs, with a new password. ``old`` is the point it left, ``point`` where it stands."""
    from datetime import date, datetime

    from qingyuan.areas.assets import actions
    from qingyuan.areas.assets.models import ServiceContract
    from qingyuan.kernel.clock import CST

    one = station()
    _spare, place = actions.register_station(
        cast.outsider, mn="010000A8900016F000169S03", password="sp-733", kind="gas",
        name="3 号排口", discharger="示例化工有限公司")
    day = datetime(2020, 1, 1, tzinfo=CST)
    meanwhile = ServiceContract.objects.create(
        om_unit=cast.houses.unit, point=place, since=date(2019, 12, 1))
    actions.end_link(cast.manager, list(one.logger.assignments.all()), day)
    actions.link_logger(cast.manager, one.logger, place, since=day)
    meanwhile.delete()
    one.logger.refresh_from_db()
    logger = actions.edit_station(cast.outsider, one.logger, password="mv-902")
    return SimpleNamespace(logger=logger, old=one.point, point=place, day=day, mn=one.mn, st="31",
                           edition=one.edition, password="mv-902")


@pytest.fixture
def segment() -> Callable[..., bytes]:
    """The whole frame of an upload: ``segment(station, "2051", "20261123140000", "a21026-Avg=1")``.
    """
    from qingyuan.hj212.crc import crc16

    def make(of, cn: str, time: str, items: str, *, qn: str = "20261123141000000",
             st: str | None = None, pw: str | None = None, mn: str | None = None,
             head: str = "Flag=5") -> bytes:
        stamp = f"DataTime={time};" if time else ""
        text = (f"QN={qn};ST={st or of.st};CN={cn};PW={pw or of.password};MN={mn or of.mn};{head};"
                f"CP=&&{stamp}{items}&&").encode()
        return b"##%04d%s%04X\r\n" % (len(text), text, crc16(text))

    return make


@pytest.fixture
def spooled(places) -> Callable[..., list[int]]:
    """Put frames into the spool as the gateway does; their sequences."""
    from qingyuan.spool import NewFrame, SpoolWriter

    clock = {"at": 1_795_413_600_000}  # 2026-11-23T14:00:00+08:00

    def keep(raws: Iterable[bytes], *, mn: str = "010000A8900016F000169D01", verdict: str = "",
             step: int = 1000) -> list[int]:
        frames = []
        for raw in raws:
            clock["at"] += step
            frames.append(NewFrame(clock["at"], "192.0.2.1:40000", mn, verdict, raw))
        with SpoolWriter(places.spool, synchronous="OFF") as spool:
            return spool.append(frames)

    return keep


@pytest.fixture
def intake(places) -> Callable[..., object]:
    """Store everything that is in the spool, as a fresh process would; what was done."""
    from qingyuan.areas.telemetry.intake.run import Intake

    def drain(batch: int = 500):
        run = Intake(places.spool, batch=batch)
        try:
            return run.drain()
        finally:
            run.close()

    return drain
