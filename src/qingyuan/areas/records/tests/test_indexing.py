"""Records found by what they say, as they are handed in, corrected and voided."""

import pytest

from qingyuan.areas.files.models import Attachment
from qingyuan.areas.laboratory.models import Sample
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.records import indexing
from qingyuan.areas.records.keeping import actions
from qingyuan.areas.records.keeping.photos import placed
from qingyuan.areas.records.models import Record
from qingyuan.areas.search import index
from qingyuan.forms import load_forms
from qingyuan.forms.sampling import DAY, sample

pytestmark = pytest.mark.django_db
G4 = load_forms()["hj75.g4"]


@pytest.fixture
def submitted(cast, rig) -> Record:
    answers = sample(G4, 1, technique="extractive")
    for _path, one in placed(answers):
        Attachment.objects.get_or_create(
            organisation=cast.houses.unit, sha256=one.get("sha256", "0" * 64),
            defaults={"kind": "photo", "media_type": "image/png", "size": 1, "at": 1})
    draft = actions.start(cast.engineer, rig.point, "hj75.g4", system=rig.system, day=DAY)
    assert indexing.run() == "", "a draft is nobody's to find"
    return actions.submit(cast.engineer, draft, answers)


def found(cast, words: str) -> list[str]:
    return [row.ref for row in index.find(cast.manager, words).rows]


def test_a_record_is_found_by_its_form_place_people_and_answers(cast, submitted):
    assert found(cast, "漂移") == []
    assert indexing.run() == "1 records"
    assert indexing.run() == ""
    ref = [f"record:{submitted.pk}"]
    assert found(cast, "漂移 校准") == found(cast, "示例engineer") == ref
    assert found(cast, "热力") == found(cast, "零点漂移评价") == ref
    assert index.find(cast.outsider, "漂移").total == 0
    assert "校准日期：2026-03-05" in indexing.text_of(submitted).splitlines()


def test_what_is_voided_or_corrected_is_found_no_more(cast, submitted):
    indexing.run()
    draft = actions.correct(cast.engineer, submitted, "示例：抄错一位")
    indexing.run()
    assert found(cast, "漂移") == [f"record:{submitted.pk}"]
    actions.submit(cast.engineer, draft)
    indexing.run()
    assert found(cast, "漂移") == found(cast, "抄错") == [f"record:{draft.pk}"]
    actions.void(cast.manager, draft, "示例：重复")
    indexing.run()
    assert found(cast, "漂移") == []


def test_acts_of_the_last_minute_are_looked_at_again_and_older_ones_are_not(cast, submitted):
    at = AuditLine.objects.filter(kind="records.record").latest("pk")
    indexing.follow(at.at)
    assert index.cursor(indexing.ACTS) == 0
    indexing.follow(at.at + indexing.LAG + 1)
    assert index.cursor(indexing.ACTS) == at.pk


def test_what_came_without_an_act_is_found_by_going_round(cast, submitted, monkeypatch):
    monkeypatch.setattr(indexing, "PIECE", 1)
    AuditLine.objects.all().delete()
    assert indexing.sweep() == 1
    assert index.cursor(indexing.SWEEP) == submitted.pk
    assert (indexing.sweep(), index.cursor(indexing.SWEEP)) == (0, 0)
    index.rebuild()
    assert found(cast, "漂移") == [f"record:{submitted.pk}"]


def test_the_records_page_says_where_its_samples_are(cast, submitted, browser_of):
    Sample.objects.create(
        organisation=cast.houses.unit, number="示例样品-7", point=submitted.point,
        record_ref=f"record:{submitted.pk}", taken_at=1, state="received", factors=["w01018"],
        due="2026-12-24")
    client = browser_of("engineer")
    page = client.get(f"/records/{submitted.pk}/").content.decode()
    assert "在实验室，最迟 2026-12-24 出结果" in page
    assert f"/samples/?record={submitted.pk}" in page
