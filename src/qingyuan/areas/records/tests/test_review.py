"""The back office: what weighs, what may be decided by whom, what the figures say."""

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets import sites
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.records.keeping import actions as keeping
from qingyuan.areas.records.keeping.photos import placed
from qingyuan.areas.records.models import Record, RecordFile, Review, ReviewSettings
from qingyuan.areas.records.presence import actions as presence
from qingyuan.areas.records.presence.queries import now_ms
from qingyuan.areas.records.review import actions, answers, beside, facts, queries, risk
from qingyuan.areas.records.review.settings import due_at, keep_settings
from qingyuan.areas.telemetry import backfill
from qingyuan.areas.telemetry.models import LatestReading
from qingyuan.areas.telemetry.readings import Reading
from qingyuan.areas.telemetry.sources import simulated
from qingyuan.forms import Setting, load_forms
from qingyuan.forms.sampling import DAY, sample
from qingyuan.kernel.clock import CST

pytestmark = pytest.mark.django_db
HOUR = 3_600_000
G1, G4 = load_forms()["hj75.g1"], load_forms()["hj75.g4"]
USUAL = dict(author="张示例", title="巡检记录表", begun_at=0, finished_at=HOUR,  # noqa: C408
             submitted_at=2 * HOUR, answered=30, items=20, expects_visit=True,
             visits=[risk.Visit(0, HOUR, 20.0)])


def codes(**facts) -> list[str]:
    """What a usual record with these facts is told of."""
    return [one["code"] for one in risk.weigh(risk.Facts(**{**USUAL, **facts}))[1]]


@pytest.fixture
def record(cast, rig):
    """``record()``: a calibration or inspection of good answers, submitted by the engineer; its row
    may be changed afterwards."""
    def make(form=G4, seed=1, who=None, **facts) -> Record:
        who = who or cast.engineer
        given = sample(form, seed, technique="extractive")
        for _path, one in placed(given):
            if "sha256" in one:
                Attachment.objects.get_or_create(
                    organisation=cast.houses.unit, sha256=one["sha256"],
                    defaults={"kind": "photo", "media_type": "image/png", "size": 1, "at": 1})
        row = keeping.submit(who, keeping.start(
            who, rig.point, form.code, system=rig.system, day=DAY), given)
        if facts:
            Record.objects.filter(pk=row.pk).update(**facts)
            row.refresh_from_db()
        return row

    return make


@pytest.fixture
def easy(record):
    """``easy()``: a record of low risk that was not drawn."""
    def make(**facts) -> Record:
        return record(**{"risk": 5, "risks": [], **facts})

    return make


DRAWN = [{"code": "sample", "points": 0, "sentence": "抽中复核，须单独审核"}]


# -- risk ----------------------------------------------------------------------------------------


def test_a_usual_record_has_no_risk():
    assert risk.weigh(risk.Facts(**USUAL)) == (0, [])


@pytest.mark.parametrize(("facts", "told"), [
    ({"results": [("零点漂移", "out_of_control")]}, "out_of_control"),
    ({"results": [("准确度", "fail"), ("线性", "pass")]}, "failed_result"),
    ({"failed": ["采样泵"]}, "failed_items"),
    ({"skipped": 6}, "skipped"),
    ({"earlier": 0}, "first_record"),
    ({"version": 2, "reason": "读数抄错"}, "correction"),
    ({"finished_at": 60_000, "visits": [risk.Visit(0, None, 1.0)]}, "too_fast"),
    ({"begun_at": None}, "no_time"),
    ({"submitted_at": 26 * HOUR}, "late_submission"),
    ({"visits": []}, "no_presence"),
    ({"visits": [risk.Visit(3 * HOUR, None, 20.0)]}, "no_presence"),
    ({"visits": [risk.Visit(-5 * HOUR, -2 * HOUR, 20.0)]}, "no_presence"),
    ({"visits": [risk.Visit(0, HOUR, 900.0, off_site=True)]}, "off_site"),
    ({"visits": [risk.Visit(0, HOUR, None, unknown=True)]}, "unknown_position"),
    ({"visits": [risk.Visit(0, HOUR, 20.0, late=True)]}, "late_check_in"),
    ({"visits": [risk.Visit(0, HOUR, 20.0, refused="门卫无记录")]}, "refused_presence"),
    ({"photos": [risk.Photo(10, True, reused=True)]}, "photo_reused"),
    ({"photos": [risk.Photo(5 * HOUR, True)]}, "photo_outside"),
    ({"photos": [risk.Photo(10, True, away=True)]}, "photo_far"),
    ({"photos": [risk.Photo(None, True)]}, "photo_no_time"),
    ({"photos": [risk.Photo(10, False)]}, "photo_no_place"),
    ({"same": 6, "compared": 6, "previous_day": "2026-02-26"}, "copied"),
    ({"telemetry": risk.Telemetry(False, False, False)}, "no_data"),
    ({"telemetry": risk.Telemetry(True, False, False), "intervention": "校准"}, "no_change"),
    ({"telemetry": risk.Telemetry(True, False, True), "intervention": "校准"}, "no_flag"),
    ({"drawn": True}, "sample"),
])
def test_each_finding_by_itself(facts, told):
    assert codes(**facts) == [told]
    points, found = risk.weigh(risk.Facts(**{**USUAL, **facts}))
    assert points == risk.WEIGHTS[told].points
    assert "%(" not in found[0]["sentence"]


@pytest.mark.parametrize("facts", [
    {"same": 5, "compared": 6}, {"same": 3, "compared": 3},  # one differs; too few to tell
    {"skipped": 5}, {"submitted_at": 24 * HOUR},
    {"telemetry": risk.Telemetry(True, True, False), "intervention": "校准"},
    {"telemetry": risk.Telemetry(True, False, False)},  # an inspection need not show
    {"visits": [risk.Visit(0, HOUR, 9.0, refused="无"), risk.Visit(0, HOUR, 9.0)]},
    {"visits": [], "expects_visit": False},
    {"photos": [risk.Photo(HOUR + 29 * 60_000, True)]},
])
def test_what_is_no_finding(facts):
    assert codes(**facts) == []


def test_points_add_up_to_a_hundred_at_most_and_the_heaviest_comes_first():
    points, found = risk.weigh(risk.Facts(
        results=[("漂移", "out_of_control")], expects_visit=True, version=3, reason="重填",
        photos=[risk.Photo(None, False, True, True)], same=9, compared=9, earlier=0))
    assert points == 100
    assert [one["points"] for one in found] == sorted(
        (one["points"] for one in found), reverse=True)


# -- the facts behind it -------------------------------------------------------------------------


def test_submission_weighs_the_record_and_sets_its_limit(cast, record):
    row = record()
    told = {one["code"] for one in row.risks}
    assert {"first_record", "no_presence"} <= told
    assert row.risk == min(100, sum(one["points"] for one in row.risks))
    assert row.review_due == row.submitted_at + 24 * HOUR


def test_a_check_in_at_the_time_takes_the_absence_away(cast, rig, record):
    sites.set_place(cast.manager, rig.point, latitude=43.8, longitude=87.6)
    now = now_ms()
    presence.check_in(cast.engineer, rig.point, client_id="phone-0001", phone_at=now,
                      latitude=43.8, longitude=87.6, accuracy=9.0)
    row = record()
    Record.objects.filter(pk=row.pk).update(begun_at=now, finished_at=now + 60_000)
    row.refresh_from_db()
    assert "no_presence" not in {one["code"] for one in risk.assess(row)[1]}
    assert [one.kind for one in facts.presences_about(row)] == ["in"]


def test_the_same_readings_again_are_a_copy_and_others_are_none(record):
    first = record(day=DAY - timedelta(days=7))
    told = {one["code"]: one for one in record().risks}
    assert first.day.isoformat() in told["copied"]["sentence"]
    assert "copied" not in {one["code"] for one in record(seed=2).risks}


def test_a_photo_of_an_earlier_record_is_found_whatever_the_path(cast, record):
    first, other = record(), record(seed=2)
    file = Attachment.objects.create(
        organisation=cast.houses.unit, sha256="ab" * 32, kind="photo", media_type="image/jpeg",
        size=1, at=1, taken_at=1, latitude=43.8, longitude=87.6, accuracy=5.0)
    RecordFile.objects.create(record=first, attachment=file, path="photos.work")
    assert not any(one.reused for one in facts.photos_of(first) if one.placed)
    RecordFile.objects.create(record=other, attachment=file, path="photos.house")
    assert any(one.reused for one in facts.photos_of(other))
    correction = keeping.correct(cast.engineer, first, "补充说明")
    RecordFile.objects.filter(record=other).delete()
    RecordFile.objects.get_or_create(record=correction, attachment=file, path="photos.work")
    assert not any(one.reused for one in facts.photos_of(correction) if one.placed)


def minute_data(point, since: int, values: list[float], flags: str = "") -> None:
    """Ten-minute values of SO2 from an instant (epoch s)."""
    backfill.store(point.pk, "min", [("a21026", "Avg")], [
        (since + 600 * n, [value], [flags[n] if flags else "N"])
        for n, value in enumerate(values)], simulated())
    LatestReading.objects.update_or_create(
        point=point, defaults={"at": 1, "frame": 0, "min": since + 600 * len(values)})


@pytest.mark.parametrize(("values", "flags", "told"), [
    ([20.0] * 18, "", "no_change"),
    ([20.0] * 13 + [180.0] * 2 + [20.0] * 3, "", "no_flag"),
    ([20.0] * 13 + [180.0] * 2 + [20.0] * 3, "N" * 13 + "CC" + "NNN", ""),
    ([20.0] * 6, "", "no_data"),
])
def test_a_calibration_must_show_in_the_minute_data(rig, record, values, flags, told):
    """Two hours before, then an hour's work with zero and span gas."""
    begun = int(datetime(2026, 3, 5, 10, tzinfo=CST).timestamp())
    minute_data(rig.point, begun - 7200, values, flags)
    row = record(begun_at=begun * 1000, finished_at=(begun + 3600) * 1000, outcome={
        "events": [{"kind": "calibration", "factor": "a21026", "time": begun + 600,
                    "passed": True, "path": "analysers.so2"}]})
    found = {one["code"] for one in risk.assess(row)[1]} & {"no_change", "no_flag", "no_data"}
    assert found == {told} - {""}


def test_a_point_that_never_reported_says_nothing(record):
    assert "no_data" not in {one["code"] for one in record().risks}


def test_a_change_is_one_of_the_factor_that_was_calibrated():
    def rows(*values):
        return [Reading(1, n, {"a21026": {"Avg": so2}, "a21002": {"Avg": nox}}, 0, 0)
                for n, (so2, nox) in enumerate(values)]

    before, during = rows((20.0, 50.0), (22.0, 55.0)), rows((21.0, 300.0))
    assert facts.has_changed(before, during, {"a21002"})
    assert not facts.has_changed(before, during, {"a21026"})
    assert facts.has_changed(before, during, set())


def test_the_draw_follows_the_digest_and_nobody_chooses(cast, record):
    row = record()
    draws = []
    for number in range(1000):
        row.digest = f"{number:064x}"
        draws.append(facts.is_drawn(row))
    assert 60 <= sum(draws) <= 140  # ten of a hundred
    keep_settings(cast.manager, hours=24, bulk_risk=20, sample_percent=100)
    assert facts.is_drawn(row)


# -- answers -------------------------------------------------------------------------------------


def test_answers_are_read_line_by_line_and_differences_marked():
    setting = Setting("extractive")
    now, before = sample(G4, 1, technique="extractive"), sample(G4, 2, technique="extractive")
    every = [one for piece in answers.pieces(G4, setting, now, before) for one in piece.every]
    assert any(one.changed and one.before and one.before != one.text for one in every)
    assert not any(one.changed for piece in answers.pieces(G4, setting, now, now)
                   for one in piece.every)
    assert answers.pieces(G4, setting, {}) == []


def test_blocks_that_ask_the_same_stand_side_by_side():
    given = sample(G4, 1, technique="extractive")
    found = answers.pieces(G4, Setting("extractive"), given)
    laid = answers.side_by_side(found)
    drawn = next(one for one in laid if isinstance(one, answers.Matrix))
    assert {"SO2", "NOX", "O2"} <= set(drawn.heads)
    assert all(len(cells) == len(drawn.heads) for _label, cells in drawn.rows)
    assert sum(1 for one in laid for _said in one.every) == sum(
        1 for one in found for _said in one.every)


def test_items_count_by_their_mark():
    given = sample(G1, 1, technique="extractive")
    counted = answers.tally(G1, Setting("extractive"), given)
    marked = [one for one in answers.said(G1, Setting("extractive"), given).values() if one.mark]
    assert counted.items == len(marked) > 10
    assert counted.skipped == sum(one.mark == "/" for one in marked)


# -- decisions -----------------------------------------------------------------------------------


def test_accepted_is_reviewed_and_locked(cast, record):
    row = actions.accept(cast.reviewer, record(), seconds=42)
    assert (row.state, row.reviewed_at is not None) == ("accepted", True)
    read = Review.objects.get(record=row)
    assert (read.verb, read.who, read.seconds) == ("accept", "示例reviewer", 42)
    line = AuditLine.objects.get(verb="accept_record", object_id=str(row.pk))
    assert (line.before, line.after["state"]) == ({"state": "submitted"}, "accepted")
    with pytest.raises(ValidationError):
        keeping.save(cast.engineer, row, {})


def test_sent_back_with_a_reason_it_comes_again_as_a_new_version(cast, record):
    row = record()
    with pytest.raises(ValidationError, match="请填写退回原因"):
        actions.send_back(cast.reviewer, row, " ")
    back = actions.send_back(cast.reviewer, row, "照片不清", seconds=30)
    assert (back.state, back.returned_why) == ("returned", "照片不清")
    draft = keeping.correct(cast.engineer, back, "重拍照片")
    second = keeping.submit(cast.engineer, draft)
    assert (second.version, second.state) == (2, "submitted")
    assert "correction" in {one["code"] for one in second.risks}
    assert actions.accept(cast.reviewer, second).state == "accepted"


def test_nobody_reviews_their_own_and_nobody_twice(cast, record):
    own = record(who=cast.manager)
    for verb in (lambda: actions.accept(cast.manager, own),
                 lambda: actions.send_back(cast.manager, own, "重填")):
        with pytest.raises(ValidationError, match="本人填写的记录须由他人审核"):
            verb()
    actions.accept(cast.reviewer, own)
    with pytest.raises(ValidationError, match="已由示例reviewer审核：通过"):
        actions.send_back(cast.reviewer, own, "再看看")


def test_nobody_reviews_anothers_draft_that_they_submitted(cast, record):
    from qingyuan.areas.organisations.audit import audit

    own = record(who=cast.engineer, risk=5, risks=[])
    audit(cast.manager, "submit_record", own)
    with pytest.raises(ValidationError, match="本人填写的记录须由他人审核"):
        actions.accept(cast.manager, own)
    together = actions.accept_many(cast.manager, [own])
    assert (together.done, together.left[0][1]) == ([], "本人填写的记录须由他人审核")
    assert actions.accept(cast.reviewer, own).state == "accepted"


def test_other_roles_and_units_do_not_review(cast, record):
    row = record()
    for who in (cast.engineer, cast.storekeeper, cast.discharger, cast.inspector):
        with pytest.raises(PermissionDenied):
            actions.accept(who, row)
        with pytest.raises(PermissionDenied):
            actions.accept_many(who, [row])
    for verb in (lambda: actions.accept(cast.outsider, row),
                 lambda: actions.send_back(cast.outsider, row, "不"),
                 lambda: actions.accept_many(cast.outsider, [row])):
        with pytest.raises(Record.DoesNotExist):
            verb()
    assert list(queries.submitted_of(cast.discharger)) == []


def test_a_draft_is_not_in_the_back_office(cast, rig):
    draft = keeping.start(cast.engineer, rig.point, "hj75.g4", system=rig.system)
    with pytest.raises(Record.DoesNotExist):
        actions.accept(cast.reviewer, draft)


def test_together_only_what_is_easy_and_was_not_drawn(cast, easy, record):
    good = [easy(), easy(seed=2)]
    drawn, risky = easy(risks=DRAWN), easy(risk=21)
    own = record(who=cast.manager, risk=1, risks=[])
    failed = easy(passed=False)
    found = actions.accept_many(cast.manager, [*good, drawn, risky, own, failed])
    assert {row.pk for row in found.done} == {row.pk for row in good}
    assert [str(why) for _row, why in found.left] == [
        "抽中复核，须单独审核", "风险 21 高于批量上限 20", "本人填写的记录须由他人审核",
        "结论不合格，须单独审核"]
    assert set(Review.objects.values_list("verb", flat=True)) == {"bulk"}
    assert AuditLine.objects.filter(verb="accept_record").count() == 2


def test_a_drawn_record_of_low_risk_is_read_as_a_sample(cast, easy):
    actions.accept(cast.reviewer, easy(risks=DRAWN))
    assert Review.objects.get().verb == "sample"
    with pytest.raises(ValidationError, match="请先勾选记录"):
        actions.accept_many(cast.reviewer, [])


def test_settings_hold_for_later_records_and_are_the_managers(cast, record):
    before = record()
    keep_settings(cast.manager, hours=48, bulk_risk=30, sample_percent=5)
    assert record(seed=2).review_due - before.review_due >= 24 * HOUR
    assert due_at(cast.houses.unit, 0) == 48 * HOUR
    assert AuditLine.objects.filter(verb="set_review").count() == 1
    with pytest.raises(PermissionDenied):
        keep_settings(cast.reviewer, hours=1, bulk_risk=50, sample_percent=1)
    with pytest.raises(ValidationError) as refused:
        keep_settings(cast.manager, hours=0, bulk_risk=80, sample_percent=0)
    assert sorted(refused.value.message_dict) == ["bulk_risk", "hours", "sample_percent"]
    assert ReviewSettings.objects.get().hours == 48


# -- queue and figures ---------------------------------------------------------------------------


def test_the_queue_is_by_risk_then_by_age_and_next_is_never_ones_own(cast, easy, record):
    low, high = easy(), easy(seed=2, risk=70)
    own = record(who=cast.manager, seed=3, risk=90, risks=[])
    by = queries.Filters()
    assert list(queries.queue(cast.reviewer, by)) == [own, high, low]
    assert queries.next_of(cast.manager, by) == high
    assert queries.next_of(cast.manager, by, after=high) == low


def test_tabs_by_state_and_limit(cast, easy):
    now = now_ms()
    late, back, done = easy(review_due=now - 1), easy(seed=2), easy(seed=3)
    actions.send_back(cast.reviewer, back, "重填")
    actions.accept(cast.reviewer, done)
    assert queries.tallies(cast.reviewer, queries.Filters()) == {
        "waiting": 1, "overdue": 1, "returned": 1, "today": 1}
    assert list(queries.queue(cast.reviewer, queries.Filters("overdue"))) == [late]


@pytest.mark.parametrize(("narrow", "there"), [
    ({"form": "hj75.g4"}, True), ({"form": "hj75.g1"}, False), ({"area": "650100"}, True),
    ({"area": "652300"}, False), ({"text": "1 号排口 示例热力"}, True), ({"text": "锅炉"}, False),
])
def test_filters_of_the_queue(cast, easy, narrow, there):
    easy()
    assert queries.queue(cast.reviewer, queries.Filters(**narrow)).exists() is there


def test_the_places_own_prefecture_goes_before_the_dischargers(cast, rig, easy):
    row = easy()
    sites.set_place(cast.manager, rig.point, area="652300")
    assert list(queries.queue(cast.reviewer, queries.Filters(area="652300"))) == [row]
    assert list(queries.queue(cast.reviewer, queries.Filters(area="650100"))) == []


def test_figures_by_reviewer(cast, easy):
    actions.accept(cast.reviewer, easy(), seconds=20)
    actions.accept(cast.reviewer, easy(seed=2, review_due=1), seconds=40)
    actions.send_back(cast.reviewer, easy(seed=3, risks=DRAWN), "重填", seconds=90)
    actions.accept_many(cast.manager, [easy(seed=4)])
    now = now_ms()
    found = queries.review_figures(cast.manager, now - HOUR, now + HOUR)
    reader, boss = found.people
    assert (reader.who, reader.read, reader.accepted, reader.returned, reader.overdue) == (
        "示例reviewer", 3, 2, 1, 1)
    assert (reader.seconds, reader.sampled, reader.sample_returned) == (40, 1, 1)
    assert reader.returned_percent == pytest.approx(100 / 3)
    assert (boss.bulk, boss.bulk_percent, boss.seconds) == (1, 100.0, None)
    assert (found.total.read, found.submitted, found.waiting) == (4, 4, 0)
    assert queries.review_figures(cast.outsider, now - HOUR, now + HOUR).people == ()
    with pytest.raises(PermissionDenied):
        queries.review_figures(cast.engineer, 0, now)


def test_the_time_about_the_work(record):
    begun = int(datetime(2026, 3, 5, 10, tzinfo=CST).timestamp())
    row = record(begun_at=begun * 1000, finished_at=(begun + 3600) * 1000)
    assert beside.span_of(row) == (begun - 7200, begun + 3600 + 7200)
    row.begun_at = row.finished_at = None
    day = datetime.combine(row.day, datetime.min.time(), CST)
    assert beside.span_of(row) == (
        int(day.timestamp()), int((day + timedelta(days=1)).timestamp()))
