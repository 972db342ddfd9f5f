"""What can drift is tested: links, pictures and commands of the documents."""

import re
from pathlib import Path

import pytest

from qingyuan.cli import VERBS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_what_a_page_links_to_is_there(page):
    lost = [to for to in LINK.findall(page.read_text()) if not (page.parent / to).exists()]
    assert lost == []


@pytest.mark.parametrize("verb", VERBS)
def test_each_command_is_in_the_documents(verb):
    assert any(f"qingyuan {verb}" in page.read_text() for page in PAGES)


def test_commands_in_the_documents_exist():
    named = {word for page in PAGES
             for word in re.findall(r"(?:`|bin/)qingyuan ([a-z0-9-]+)", page.read_text())}
    assert named <= set(VERBS)


def test_code_that_the_tour_names_is_there():
    tour = (ROOT / "docs" / "tour.md").read_text()
    named = re.findall(r"`((?:[a-z0-9_*]+/)+)`", tour)
    source = ROOT / "src" / "qingyuan"
    places = [name for name in named if name.split("/")[0] in
              {"hj212", "gateway", "spool", "standards", "calc", "assess", "areas", "ui", "cli",
               "project", "simulator"}]
    assert len(places) > 5
    assert [name for name in places if not list(source.glob(name.rstrip("/")))] == []
