"""Every record form in a real Chromium: opened, filled in with generated answers, submitted by the
page's own button, read as a record with its computed values.

Some forms in every run; each, in each of its techniques, with QINGYUAN_PROOF=1
(make proof-browser).
"""

import io
import os
from datetime import date, timedelta

import pytest
from PIL import Image

from qingyuan.areas.records.keeping.photos import placed
from qingyuan.areas.records.reading import as_sent
from qingyuan.forms import Setting, load_forms
from qingyuan.forms.sampling import sample

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FORMS = load_forms()
SHORT = ("hj75.g1", "hj355.h", "om.video")
EVERY = [(code, technique) for code, form in FORMS.items() for technique in form.techniques
         if os.environ.get("QINGYUAN_PROOF") or (code in SHORT and technique == form.techniques[0])]
FILL = """pairs => {
  const form = document.getElementById("fill");
  const missing = [];
  for (const [name] of pairs.filter(([name]) => name === "open"))
    for (const box of form.querySelectorAll("details")) box.open = true;
  const grids = new Set(pairs.map(([name]) => name));
  for (const [name, value] of pairs) {
    const found = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    const choice = found.find(one => ["radio", "checkbox"].includes(one.type) && one.value === value);
    if (choice) { choice.checked = true; continue; }
    const field = found.find(one => !["radio", "checkbox", "file"].includes(one.type));
    if (field) { field.value = value; continue; }
    const more = document.createElement("input");
    more.type = "hidden"; more.name = name; more.value = value;
    form.append(more);
    if (!/\\.\\d+\\.|\\.at$|sha256|photos/.test(name) && !/^[0-9a-f]{64}/.test(value)) missing.push(name);
  }
  return missing;
}"""  # noqa: E501


@pytest.fixture
def drafted(cast, station):
    """``drafted(code, technique)``: a draft of the form, and generated answers with real files."""
    from qingyuan.areas.assets.models import MonitoringSystem
    from qingyuan.areas.assets.queries import today
    from qingyuan.areas.files.actions import keep
    from qingyuan.areas.records.keeping import actions, definitions

    def begin(code: str, technique: str):
        kind = {"water": "water", "nmhc": "nmhc", "video": "video"}.get(technique, "gas")
        point = station(kind="water" if kind == "water" else "gas").point
        system = MonitoringSystem.objects.create(
            point=point, kind=kind, name="示例系统", since=date(2025, 1, 1),
            technique=technique if kind == "gas" else "")
        record = actions.start(cast.manager, point, code, system=system,
                               day=today() - timedelta(days=1))
        engine = definitions.engine_of(record)
        assert engine.setting.technique == technique
        answers = sample(engine.form, 11, technique=Setting(
            technique, engine.setting.methods, engine.setting.sets, engine.setting.scope),
            book=engine.book.book, day=record.day)
        out = io.BytesIO()
        Image.new("RGB", (8, 8), "white").save(out, "PNG")
        kept = keep(cast.manager, out.getvalue(), kind="photo", name="示例.png")
        for _path, one in placed(answers):
            one["sha256"] = kept.sha256
        return record, engine.form, answers

    return begin


@pytest.mark.parametrize(("code", "technique"), EVERY)
def test_a_form_is_filled_in_and_submitted(at, drafted, code, technique):
    record, form, answers = drafted(code, technique)
    page = at(f"/records/{record.pk}/fill/", width=390)
    missing = page.evaluate(FILL, [list(pair) for pair in as_sent(form, answers)])
    assert missing == []
    page.locator("#fill button[type=submit]").first.click()
    page.wait_for_function("""() => !document.getElementById("fill")
        || document.querySelector("#answered [role=alert]")""", timeout=20_000)
    refused = page.locator("#answered [role=alert]")
    assert refused.all_inner_texts() == []
    record.refresh_from_db()
    assert record.state == "submitted"
    assert form.title in page.locator("h1").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
