"""A judged point with two pollutants, and files of the platform's tables."""

import io
from collections.abc import Callable
from datetime import datetime

import pytest
from openpyxl import Workbook

from qingyuan.kernel.clock import CST

NOW = 1_795_413_600.0  # 2026-11-23T14:00+08:00
HEAD = ["id", "ps_name", "mp_name", "poll_code", "revise_flag_name", "start_time", "end_time",
        "status", "data_status", "updated_by", "updated_time", "reason"]


@pytest.fixture
def now() -> float:
    return NOW


@pytest.fixture
def at() -> Callable[[str], int]:
    """An epoch second of 2026 by its China time: ``at("11-22 08:00")``."""
    def made(text: str) -> int:
        return int(datetime.fromisoformat(f"2026-{text}").replace(tzinfo=CST).timestamp())

    return made


@pytest.fixture
def judged(station):
    """A gas point whose hours of 20 to 23 November are judged for SO2, dust and oxygen."""
    from qingyuan.areas.telemetry.models import JudgedPoint

    one = station()
    first = int(datetime(2026, 11, 20, tzinfo=CST).timestamp())
    JudgedPoint.objects.create(
        point=one.point, first=first, last=first + 80 * 3600,
        factors=dict.fromkeys(("a21026", "a34013", "a19001"), first))
    return one


@pytest.fixture
def row() -> Callable[..., dict[str, str]]:
    """A row of the platform's table of device marks, some cells given otherwise."""
    def made(**cells: str) -> dict[str, str]:
        usual = {"id": "901", "ps_name": "示例热力有限公司", "mp_name": "1 号排口",
                 "poll_code": "a21026", "revise_flag_name": "校准",
                 "start_time": "2026-11-22 08:00", "end_time": "2026-11-22 08:30", "status": "1",
                 "data_status": "1", "updated_by": "示例填报人",
                 "updated_time": "2026-11-23 09:00", "reason": "例行校准"}
        return {**usual, **cells}

    return made


@pytest.fixture
def csv_file() -> Callable[..., bytes]:
    """Rows as CSV under field names."""
    def made(*rows: dict[str, str]) -> bytes:
        lines = [",".join(HEAD), *(",".join(one.get(name, "") for name in HEAD) for one in rows)]
        return "\n".join(lines).encode()

    return made


@pytest.fixture
def workbook() -> Callable[..., bytes]:
    """An XLSX file of {sheet: lines}."""
    def made(**sheets: list[list[object]]) -> bytes:
        book = Workbook()
        book.remove(book.active)
        for name, lines in sheets.items():
            sheet = book.create_sheet(name)
            for line in lines:
                sheet.append(line)
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()

    return made
