"""The page of kinds says what the table says."""

import re
from datetime import date
from pathlib import Path

from django.utils import translation

from qingyuan.areas.findings.table import page
from qingyuan.areas.rules.queries import national

PAGE = Path(__file__).parents[5] / "docs" / "findings.md"


def test_the_page_of_kinds_is_up_to_date():
    written = PAGE.read_text(encoding="utf-8")
    day = re.search(r"findings_page --at (\S+)", written)[1]
    with translation.override("zh-hans"):
        assert page(national(), date.fromisoformat(day)) == written
