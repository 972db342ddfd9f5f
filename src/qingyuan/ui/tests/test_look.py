"""What can drift between the table of states, icons, templates, scripts and style sheet."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from qingyuan.hj212 import commands as protocol
from qingyuan.spool.commands import NAMES as COMMAND_STATES
from qingyuan.ui import navigation, numbers, states

SOURCE = Path(states.__file__).parents[1]
STATIC = SOURCE / "ui" / "static" / "ui"
ICONS = set(json.loads((SOURCE.parents[1] / "frontend" / "icons.json").read_text()))
TEMPLATES = sorted(SOURCE.glob("**/templates/**/*.html"))
GROUNDS = {"light": "#ffffff", "dark": "#182028"}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.1)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tone", states.TONES)
def test_every_colour_can_be_read_on_its_ground(tone):
    light, dark = states.TONES[tone]
    assert contrast(light, GROUNDS["light"]) >= 4.5
    assert contrast(dark, GROUNDS["dark"]) >= 4.5


def test_every_state_has_word_icon_and_known_colour():
    wrong = [key for key, s in states.STATES.items()
             if not str(s.label) or s.icon not in ICONS or s.tone not in states.TONES]
    assert wrong == []


def test_the_style_sheet_knows_every_colour():
    sheet = (STATIC / "look.css").read_text()
    for tone, (light, dark) in states.TONES.items():
        assert f"--tone-{tone}: {light}" in sheet
        assert f"--tone-{tone}: {dark}" in sheet


def test_every_flag_and_command_state_has_a_word():
    letters = {letter for edition in protocol.EDITIONS.values() for letter in edition.flags}
    assert {f"flag.{letter}" for letter in letters} <= set(states.STATES)
    assert {f"command.{name}" for name in COMMAND_STATES} <= set(states.STATES)


def test_an_unknown_code_keeps_its_own_word():
    assert states.state("flag", "Q").label == "Q"
    assert states.state("flag", "Q").icon == "question-mark"


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_templates_use_known_icons_and_no_scripts_of_their_own(path):
    text = path.read_text()
    assert set(re.findall(r'{% icon "([^"]+)"', text)) <= ICONS
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []
    assert re.findall(r"\son[a-z]+=", text) == []
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "https://" not in text


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda p: p.name)
def test_scripts_fetch_nothing_from_outside(path):
    assert re.findall(r"https?://", path.read_text()) == []


def test_every_room_has_a_page():
    rooms = [room for wing in navigation.WINGS for room in wing.rooms]
    assert [room.url for room in rooms if navigation.address_of(room.url) is None] == []
    assert {room.icon for room in rooms} <= ICONS


def test_nothing_is_described_twice_and_no_place_taken_twice():
    room = navigation.WINGS[0].rooms[0]
    with pytest.raises(ValueError, match="point.live"):
        states.bring({"point.live": states.UNKNOWN})
    with pytest.raises(ValueError, match="already at"):
        navigation.bring("today", {min(navigation.WINGS[0].places): room})
    with pytest.raises(ValueError, match="attic"):
        navigation.bring("attic", {10: room})


def test_ages_in_words():
    now = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    at = now.timestamp()
    words = [numbers.ago(at - s, now) for s in (2, 40, 130, 7300, 200_000, -130)]
    assert words == ["刚刚", "40 秒前", "2 分钟前", "2 小时前", "2 天前", "2 分钟后"]


@pytest.mark.parametrize(("value", "text"), [
    (0.1 + 0.2, "0.3"), (1e-7, "0.0000001"), (-0.000189, "-0.000189"), (float("nan"), ""),
    (12.0, "12"), (None, ""), ("N3", "N3"),
])
def test_figures_keep_their_digits_and_show_no_noise(value, text):
    assert numbers.figure(value) == text
