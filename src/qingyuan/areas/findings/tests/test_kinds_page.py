"""The page of kinds is what the code makes."""

from pathlib import Path

from django.utils import translation

from qingyuan.areas.findings.kinds_page import page

DOCS = Path(__file__).parents[5] / "docs"


def test_the_page_is_current():
    with translation.override("zh-hans"):
        assert (DOCS / "findings.md").read_text() == "\n".join(page()) + "\n"
