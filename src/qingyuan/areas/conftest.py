"""Fixtures of the page tests: somebody at a browser, and the number of queries a page may need."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

SHEET = "xl/worksheets/sheet1.xml"
BUDGETS = Path(__file__).parents[3] / "tests" / "query_counts.json"


@pytest.fixture
def browser_of(cast) -> Callable:
    """A signed-in Django client: ``browser_of("engineer")``."""
    from django.test import Client

    def sign_in(who: str) -> Client:
        client = Client()
        client.force_login(getattr(cast, who).user)
        return client

    return sign_in


@pytest.fixture(params=["no manifest", "cut", "not XML", "no sheets", "huge", "far cell"])
def broken_workbook(request) -> bytes:
    """An XLSX file that is damaged, or made to cost whoever opens it dear."""
    return _broken(request.param)


@cache
def _broken(how: str) -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    with ZipFile(out) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    changes: dict[str, dict[str, bytes]] = {
        "no manifest": {"[Content_Types].xml": b"<broken", "xl/workbook.xml": b"<x"},
        "cut": {SHEET: parts[SHEET][:60]},
        "not XML": {SHEET: b"<worksheet><sheetData><row r='1'><c r='A1' t='s'><v>x</v></c>"},
        "no sheets": {"xl/workbook.xml": b"<workbook/>"},
        "huge": {"xl/media/blank": bytes(201 << 20)},
        "far cell": {SHEET: b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
                            b'2006/main"><sheetData><row r="1"><c r="XFD1"><v>1</v></c></row>'
                            b"</sheetData></worksheet>"},
    }
    hurt = io.BytesIO()
    with ZipFile(hurt, "w", ZIP_DEFLATED) as archive:
        for name, content in {**parts, **changes[how]}.items():
            archive.writestr(name, content)
    return hurt.getvalue()


@pytest.fixture
def budget() -> Callable:
    """``with budget("stations"): …`` fails when a page asks the database more than agreed."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    agreed = json.loads(BUDGETS.read_text())

    @contextmanager
    def counted(name: str) -> Iterator[None]:
        with CaptureQueriesContext(connection) as seen:
            yield
        asked = [query["sql"][:160] for query in seen.captured_queries]
        assert len(asked) <= agreed[name], f"{name}: {len(asked)} queries\n" + "\n".join(asked)

    return counted


@pytest.fixture
def served(cast, station) -> Callable[..., SimpleNamespace]:
    """A point under the unit's contract since ``since``, with one system (gas by default an
    extractive one): ``served()``, ``served("water")``; the contract may end, the system may
    calibrate itself."""
    from qingyuan.areas.assets.models import MonitoringSystem, ServiceContract

    number = iter(range(1, 100))

    def enter(kind: str = "gas", since: date = date(2026, 6, 1), until: date | None = None,
              technique: str = "extractive", **facts) -> SimpleNamespace:
        n = next(number)
        made = station(mn=f"010000A8900016F000169T{n:02}", name=f"{n} 号示例排口",
                       kind="water" if kind == "water" else "gas")
        ServiceContract.objects.filter(point=made.point).update(since=since, until=until)
        system = MonitoringSystem.objects.create(
            point=made.point, kind=kind, name="示例设施", since=since,
            technique=technique if kind == "gas" else "", **facts)
        return SimpleNamespace(point=made.point, system=system, unit=cast.houses.unit)

    return enter
