"""A calibration beside its minutes: done, only written, copied; photos and people twice."""

import random
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets.models import PointPlace
from qingyuan.areas.files.models import Attachment
from qingyuan.areas.findings.models import Finding
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.records.crosscheck import actions, due, queries, run
from qingyuan.areas.records.crosscheck.gather import gather
from qingyuan.areas.records.keeping import actions as keeping
from qingyuan.areas.records.keeping.photos import placed
from qingyuan.areas.records.models import CrossCheck, Presence, Record, RecordFile
from qingyuan.areas.records.review import actions as review
from qingyuan.areas.telemetry import backfill
from qingyuan.areas.telemetry.models import Mark, MinuteReading
from qingyuan.areas.telemetry.sources import simulated
from qingyuan.forms import load_forms
from qingyuan.forms.sampling import sample
from qingyuan.kernel.clock import CST

pytestmark = pytest.mark.django_db
FORMS = load_forms()
DAY = date(2026, 3, 5)
TEN = int(datetime(2026, 3, 5, 10, tzinfo=CST).timestamp())
AFTER = (TEN + 30 * 3600) * 1000  # ms: everything that is awaited has come
# factor → range, usual level, span gas, (zero before, zero after, span before, span after)
SO2 = ("so2", "a21026", 200, 60.0, 160.0, (1.2, 0.1, 158.3, 160.1))
NOX = ("nox", "a21002", 300, 110.0, 240.0, (1.9, 0.2, 236.8, 240.3))
O2 = ("o2", "a19001", 25, 11.0, 20.9, (0.21, 0.02, 20.71, 20.92))


def answers(readings=(SO2, NOX, O2), begin=TEN, seed=1):
    """A G.4 as the engineer writes it, work from ``begin`` to an hour later."""
    given = sample(FORMS["hj75.g4"], seed, technique="extractive")
    clock = lambda at: datetime.fromtimestamp(at, CST).strftime("%Y-%m-%dT%H:%M")  # noqa: E731
    given["header"] |= {"day": DAY.isoformat(), "begin": clock(begin),
                        "end": clock(begin + 3600), "scope": "分析仪校准"}
    given["velocity"] = {}
    given["analysers"] = {name: {
        "principle": "非分散红外", "unit": "%" if name == "o2" else "mg/m3", "range_low": 0,
        "range_high": high, "zero_gas": 0, "zero_last": 0.3, "zero_before": read[0],
        "zero_after": read[1], "new_gas": False, "span_gas": gas, "span_last": gas,
        "span_before": read[2], "span_after": read[3],
    } for name, _code, high, _usual, gas, read in readings}
    return given


def minutes(point, *, gas=True, flag="C", begin=TEN, since=-4, until=5, done=simulated):
    """Minute data about the work; with gas the readings stand in them for six minutes each."""
    dice = random.Random(begin)
    rows = []
    for at in range(begin + since * 3600, begin + until * 3600, 60):
        minute = (at - begin) // 60
        step = (minute - 5) // 12 if 5 <= minute < 53 and (minute - 5) % 12 >= 2 else None
        working = 0 <= minute < 60
        values = []
        for _name, _code, _high, usual, _gas, read in (SO2, NOX, O2):
            value = usual * (1 + 0.03 * dice.gauss(0, 1))
            if gas and step is not None:
                value = read[(0, 1, 2, 3)[step]] + 0.002 * usual * dice.gauss(0, 1)
            elif gas and working and 5 <= minute < 53:
                value = (value + read[min(3, max(0, (minute - 5) // 12))]) / 2
            values.append(round(value, 2))
        rows.append((at, values, [flag if working and flag else "N"] * 3))
    backfill.store(point.pk, "min", [(one[1], "Avg") for one in (SO2, NOX, O2)], rows, done())


@pytest.fixture
def placed_point(rig):
    """The rig with its two points 30 km apart."""
    for point, latitude in ((rig.point, 43.80), (rig.other, 44.07)):
        PointPlace.objects.create(point=point, latitude=latitude, longitude=87.60, fence=300)
    return rig


@pytest.fixture
def there(cast):
    """``there(point, came, left)``: the engineer checks in and out at a point's place."""
    def sign(point, came, left, **facts):
        for kind, at in (("in", came), ("out", left)):
            Presence.objects.create(**{
                "organisation": cast.houses.unit, "point": point, "person": cast.engineer.user,
                "kind": kind, "client_id": f"{point.pk}-{at}", "phone_at": at * 1000,
                "at": at * 1000 + 9000, "latitude": point.place.latitude,
                "longitude": point.place.longitude, "accuracy": 15, "distance": 12, "fence": 300,
                **facts})

    return sign


@pytest.fixture
def written(cast, placed_point):
    """``written(answers)``: a submitted G.4 of the day, its attachments there."""
    def make(given=None, point=None, form="hj75.g4", at=TEN, **facts) -> Record:
        given = answers() if given is None else given
        for _path, one in placed(given):
            if "sha256" in one:
                Attachment.objects.get_or_create(
                    organisation=cast.houses.unit, sha256=one["sha256"],
                    defaults={"kind": "photo", "media_type": "image/png", "size": 1, "at": 1})
        row = keeping.start(cast.engineer, point or placed_point.point, form,
                            system=None if point else placed_point.system, day=DAY)
        row = keeping.submit(cast.engineer, row, given)
        times = {"begun_at": at * 1000, "finished_at": (at + 3600) * 1000}
        Record.objects.filter(pk=row.pk).update(**{**times, "risk": 0, "risks": [], **facts})
        row.refresh_from_db()
        return row

    return make


@pytest.fixture
def honest(placed_point, there, written):
    """A calibration that was done: gas in the minutes, flags, presence."""
    minutes(placed_point.point)
    there(placed_point.point, TEN - 600, TEN + 4200)
    return written()


def said(record) -> dict[str, str]:
    check = CrossCheck.objects.get(record=record)
    return {one["code"]: one["answer"] for one in check.outcomes}


# -- one visit ------------------------------------------------------------------------------------


def test_a_calibration_that_was_done_passes_every_check(honest):
    assert CrossCheck.objects.get(record=honest).due_at is not None
    assert run(honest, AFTER) == []
    told = said(honest)
    fine = {code for code, answer in told.items() if answer == "fine"}
    assert fine >= {"no_flag", "no_plateau", "plateau_painted", "reading_differs", "no_presence",
                    "outside_fence", "visit_short", "work_outside_stay"}
    honest.refresh_from_db()
    assert (honest.risk, Finding.objects.count()) == (0, 0)


def test_a_calibration_that_was_only_written_down_is_flagged(cast, placed_point, there, written):
    minutes(placed_point.point, gas=False, flag="")
    there(placed_point.point, TEN - 600, TEN + 4200)
    record = written()
    told = {one.code: one for one in run(record, AFTER)}
    assert told.keys() == {"no_flag", "no_plateau"}
    assert "SO2" in told["no_plateau"].sentence
    record.refresh_from_db()
    assert record.risk >= 60
    assert {one["code"] for one in record.risks} == {"cross.no_flag", "cross.no_plateau"}
    finding = Finding.objects.get()
    assert (finding.kind, finding.ref, finding.open) == ("cross_check", f"record:{record.pk}", True)
    assert finding.detail["sentences"] == [one.sentence for one in told.values()]
    assert review.accept_many(cast.reviewer, [record]).done == []


def test_without_minutes_nothing_is_said_of_the_data(honest, written, placed_point, there):
    record = written(answers(begin=TEN + 86_400), at=TEN + 86_400)
    there(placed_point.point, TEN + 85_800, TEN + 90_600)
    assert [one.code for one in run(record, AFTER + 86_400_000)] == ["copied_numbers"]
    told = said(record)
    assert {told["no_flag"], told["no_plateau"], told["reading_differs"]} == {"cannot_tell"}


def test_back_filled_minutes_make_it_look_again(placed_point, there, written):
    there(placed_point.point, TEN - 600, TEN + 4200)
    record = written()
    assert run(record, AFTER) == []
    assert due.look_again(AFTER) == ""
    minutes(placed_point.point, gas=False, flag="")
    assert due.look_again(AFTER) == "1 records"
    assert due.run_due(AFTER) == "1 records, 1 flagged"
    assert Finding.objects.filter(kind="cross_check", open=True).count() == 1


def test_replaced_minutes_make_it_look_again(placed_point, there, written):
    minutes(placed_point.point, gas=False, flag="")
    there(placed_point.point, TEN - 600, TEN + 4200)
    record = written()
    run(record, AFTER)
    MinuteReading.objects.filter(point=placed_point.point).delete()
    minutes(placed_point.point)
    assert due.look_again(AFTER) == "1 records"
    assert due.run_due(AFTER) == "1 records, 0 flagged"
    assert Finding.objects.get().state == "closed"
    record.refresh_from_db()
    assert record.risk == 0


def test_a_reading_that_was_made_better_is_found(placed_point, there, written):
    minutes(placed_point.point)
    there(placed_point.point, TEN - 600, TEN + 4200)
    better = (*SO2[:5], (1.2, 0.1, 176.0, 160.1))
    [signal] = run(written(answers((better, NOX, O2))), AFTER)
    assert (signal.code, signal.factor) == ("reading_differs", "a21026")
    assert "176" in signal.sentence


def test_ppm_and_mass_are_brought_together(placed_point, there, written):
    minutes(placed_point.point)
    there(placed_point.point, TEN - 600, TEN + 4200)
    given = answers()
    so2 = given["analysers"]["so2"]
    for name, value in so2.items():
        if isinstance(value, float | int) and not isinstance(value, bool):
            so2[name] = round(value / (64 / 22.4), 2)
    so2["unit"] = "umol/mol"
    assert run(written(given), AFTER) == []
    assert said(Record.objects.get())["reading_differs"] == "fine"


def test_readings_of_the_last_record_word_for_word(honest, written):
    record = written(answers(begin=TEN + 7200), at=TEN + 7200)
    found = {one.code: one for one in run(record, AFTER)}
    assert found["copied_numbers"].evidence[0].ref == f"record:{honest.pk}"


def test_a_photo_of_another_record(cast, honest, written):
    file = Attachment.objects.create(
        organisation=cast.houses.unit, sha256="ab" * 32, kind="photo", media_type="image/jpeg",
        size=1, at=TEN * 1000, taken_at=(TEN - 6 * 86_400) * 1000, latitude=43.95, longitude=87.6,
        accuracy=10)
    earlier = written(answers(begin=TEN - 6 * 86_400), at=TEN - 6 * 86_400)
    for row in (earlier, honest):
        RecordFile.objects.create(record=row, attachment=file, path="tail.photos")
    found = {one.code: one for one in run(honest, AFTER)}
    assert found.keys() == {"photo_reused", "photo_time", "photo_place", "copied_numbers"}
    assert found["photo_reused"].evidence[-1].ref == f"record:{earlier.pk}"


def test_a_bottle_that_has_expired(cast, honest, written):
    bottle = sample(FORMS["hj75.g8"], 1, technique="extractive")
    bottle["replaced"]["rows"] = [{
        **bottle["replaced"]["rows"][0], "day": "2025-09-01", "name": "SO2标准气体",
        "concentration": 160, "concentration_unit": "mg/m3", "valid_until": "2026-03-01",
        "cylinder": "示例-0815"}]
    since = TEN - 185 * 86_400
    written(bottle, form="hj75.g8", at=since, day=DAY - timedelta(days=185))
    [signal] = run(honest, AFTER)
    assert (signal.code, "示例-0815" in signal.sentence) == ("bottle_expired", True)


def test_one_person_at_two_places(cast, honest, there, placed_point):
    there(placed_point.other, TEN + 600, TEN + 3000)
    assert {one.code for one in run(honest, AFTER)} == {"two_places", "travel_time"}


def test_a_check_in_may_still_come(placed_point, written, there):
    there(placed_point.point, TEN - 9 * 86_400, TEN - 9 * 86_400 + 60)
    record = written()
    assert run(record, (TEN + 3700) * 1000) == []
    assert said(record)["no_presence"] == "cannot_tell"
    assert [one.code for one in run(record, AFTER)] == ["no_presence"]


def test_another_unit_is_not_looked_at(cast, honest, neighbour):
    """Photos, records and people of another unit are never evidence."""
    file = Attachment.objects.create(
        organisation=cast.houses.other, sha256="cd" * 32, kind="photo", media_type="image/jpeg",
        size=1, at=TEN * 1000)
    theirs = Record.objects.create(
        organisation=cast.houses.other, point=honest.point, form="hj75.g4", form_version=1,
        title="示例", kind="calibration", state="submitted", day=DAY, who="示例", saved_at=1,
        client_id="theirs", begun_at=TEN * 1000, finished_at=(TEN + 60) * 1000)
    RecordFile.objects.create(record=theirs, attachment=file, path="a")
    assert [work.ref for work in gather(honest).visit.works] == [f"record:{honest.pk}"]
    assert gather(honest).visit.explained == ((TEN, TEN + 3600),)


@pytest.mark.parametrize(("solution", "found"), [
    (51.2, set()), (None, {"no_flag", "no_plateau"}), (40.0, {"reading_differs"})])
def test_a_standard_check_of_water(cast, station, solution, found):
    """COD held between results; the check's result stands for twenty minutes, flagged."""
    point = station("010000A8900016F000169D77", kind="water", name="总排口").point
    PointPlace.objects.create(point=point, latitude=43.8, longitude=87.6, fence=300)
    rows = []
    for at in range(TEN - 4 * 3600, TEN + 5 * 3600, 60):
        checking = solution is not None and TEN + 1500 <= at < TEN + 2700
        usual = 20.0 + (at // 3600) % 3 / 10
        rows.append((at, [solution if checking else usual], ["C" if checking else "N"]))
    backfill.store(point.pk, "min", [("w01018", "Avg")], rows, simulated())
    given = sample(FORMS["hj355.d1"], 1, technique="water")
    given["header"]["day"] = DAY.isoformat()
    given["analysers"] = {"cod": {"range_high": 100, "checks": [
        {"done": "2026-03-05T10:40", "nominal": 50, "measured": 51.2}]}}
    row = keeping.submit(cast.engineer, keeping.start(
        cast.engineer, point, "hj355.d1", day=DAY), given)
    Record.objects.filter(pk=row.pk).update(begun_at=TEN * 1000)
    row.refresh_from_db()
    assert {one.code for one in run(row, AFTER)} == found


# -- what comes of it -----------------------------------------------------------------------------


@pytest.fixture
def doubtful(placed_point, there, written):
    """A calibration without gas and flag, looked at."""
    minutes(placed_point.point, gas=False, flag="")
    there(placed_point.point, TEN - 600, TEN + 4200)
    record = written()
    run(record, AFTER)
    return record


def test_it_passes_only_with_its_signals_explained(cast, doubtful):
    with pytest.raises(ValidationError, match="逐条答复"):
        review.accept(cast.reviewer, doubtful)
    with pytest.raises(ValidationError, match="理由"):
        actions.answer(cast.reviewer, doubtful, "no_plateau", "", verb="explained")
    actions.answer(cast.reviewer, doubtful, "no_plateau", "", verb="explained",
                   text="示例：分析仪校准时保持输出")
    assert AuditLine.objects.filter(verb="answer_cross_check", user=cast.reviewer.user).exists()
    review.accept(cast.reviewer, doubtful, "示例：已核对")
    finding = Finding.objects.get()
    assert (finding.state, finding.closed_by) == ("closed", cast.reviewer.who)


def test_one_that_was_accepted_before_its_run_is_told_of(cast, placed_point, there, written):
    minutes(placed_point.point, gas=False, flag="")
    there(placed_point.point, TEN - 600, TEN + 4200)
    record = written()
    review.accept(cast.reviewer, record)
    run(record, AFTER)
    run(record, AFTER + 1)
    assert Finding.objects.get(open=True).ref == f"record:{record.pk}"


def test_what_is_confirmed_goes_back(cast, doubtful):
    actions.answer(cast.reviewer, doubtful, "no_plateau", "", verb="confirmed")
    with pytest.raises(ValidationError, match="请退回"):
        review.accept(cast.reviewer, doubtful)
    review.send_back(cast.reviewer, doubtful, "示例：校准未做")
    assert not Finding.objects.filter(open=True).exists()
    run(doubtful, AFTER + 1)
    assert not Finding.objects.filter(open=True).exists()


def test_who_may_answer(cast, doubtful):
    for scope in (cast.engineer, cast.inspector):
        with pytest.raises(PermissionDenied):
            actions.answer(scope, doubtful, "no_plateau", "", verb="confirmed")
    with pytest.raises(Record.DoesNotExist):
        actions.answer(cast.outsider, doubtful, "no_plateau", "", verb="confirmed")
    with pytest.raises(ValidationError, match="没有这条"):
        actions.answer(cast.reviewer, doubtful, "no_presence", "", verb="confirmed")


def test_a_correction_is_looked_at_anew(cast, doubtful):
    draft = keeping.correct(cast.engineer, doubtful, "示例：读数写错")
    again = keeping.submit(cast.engineer, draft, doubtful.answers)
    assert not Finding.objects.filter(open=True).exists()
    assert CrossCheck.objects.get(record=doubtful).due_at is None
    assert CrossCheck.objects.get(record=again).due_at is not None
    run(again, AFTER)
    assert Finding.objects.get(open=True).ref == f"record:{again.pk}"


def test_what_is_voided_is_looked_at_no_more(cast, doubtful):
    keeping.void(cast.manager, doubtful, "示例：误填")
    assert not Finding.objects.filter(open=True).exists()
    assert CrossCheck.objects.get(record=doubtful).due_at is None


# -- marks ----------------------------------------------------------------------------------------


def mark(cast, point, since, until, **facts):
    return Mark.objects.create(
        point=point, organisation=cast.houses.unit, kind="device_maintenance", start=since,
        end=until, state="declared", **facts)


def test_a_mark_without_a_record_until_the_record_comes(cast, placed_point, written):
    mark(cast, placed_point.point, TEN, TEN + 3600)
    assert due.look_at_marks((TEN + 7200) * 1000) == ""
    assert due.look_at_marks(AFTER) == "1 marks without a record"
    finding = Finding.objects.get()
    assert (finding.kind, finding.open) == ("mark_without_record", True)
    assert "没有任何作业记录" in finding.title
    written()
    assert due.look_at_marks(AFTER) == ""
    finding.refresh_from_db()
    assert finding.state == "closed"


def test_a_mark_beside_a_visit_is_no_fault_of_its_record(cast, honest, placed_point):
    mark(cast, placed_point.point, TEN - 3 * 3600, TEN - 2 * 3600)
    assert run(honest, AFTER) == []
    assert due.look_at_marks(AFTER) == "1 marks without a record"


def test_a_mark_that_is_withdrawn_is_asked_about_no_more(cast, placed_point):
    row = mark(cast, placed_point.point, TEN, TEN + 3600)
    due.look_at_marks(AFTER)
    Mark.objects.filter(pk=row.pk).update(withdrawn_at=AFTER)
    due.look_at_marks(AFTER)
    assert not Finding.objects.filter(open=True).exists()


def test_who_fills_data_in_bulk_has_records_looked_at_again(doubtful):
    CrossCheck.objects.update(due_at=None)
    assert due.ask_again([doubtful.point_id], TEN - 86_400, TEN - 7200, AFTER) == 0
    assert due.ask_again([doubtful.point_id], TEN - 86_400, TEN + 60, AFTER) == 1
    assert due.run_due(AFTER) == "1 records, 1 flagged"


# -- cost -----------------------------------------------------------------------------------------


def test_a_run_asks_little(honest, budget):
    row = Record.objects.select_related(
        "organisation", "author", "point__place", "point__organisation", "system").get(pk=honest.pk)
    with budget("cross check"):
        run(row, AFTER)


def test_a_run_that_fails_holds_up_no_other(doubtful, written):
    later = TEN + 3 * 86_400
    broken = written(answers(begin=later), at=later, day=DAY + timedelta(days=3), setting="示例")
    CrossCheck.objects.update(due_at=1)
    assert due.run_due(AFTER) == "1 records, 1 flagged"
    assert CrossCheck.objects.get(record=broken).due_at == AFTER + due.RETRY


def test_what_is_shown(doubtful):
    panel = queries.panel_of(doubtful)
    assert [one.code for one in panel.signals] == ["no_plateau", "no_flag"]
    assert "停留时间" in panel.fine
    assert all(reason for _title, reason in panel.unsure)
    assert panel.signals[0].facts[0].factor == "a21026"
