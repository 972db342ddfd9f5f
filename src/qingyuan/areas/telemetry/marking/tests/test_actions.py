"""Preparing, correcting, withdrawing, declaring, and who may."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.telemetry.marking import actions, proofs, queries
from qingyuan.areas.telemetry.models import DirtyWindow, Mark

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 an example"


@pytest.fixture
def mark(cast, judged, at, now):
    return actions.prepare_mark(cast.engineer, judged.point, kind="fault", start=at("11-22 08:00"),
                                end=at("11-22 10:00"), factor="a21026", note="示例故障", now=now)


def test_declaring_makes_it_count(cast, mark, at, now):
    done = actions.declare_marks(cast.discharger, [mark], by="示例填报人", at=at("11-23 11:00"),
                                 now=now)
    mark.refresh_from_db()
    assert done == [mark]
    assert (mark.state, mark.declared_by) == ("declared", "示例填报人")
    assert DirtyWindow.objects.count() == 2
    assert AuditLine.objects.get(verb="declare_mark").role == "discharger_manager"


@pytest.mark.parametrize(("facts", "field"), [
    ({"by": " "}, "by"), ({"by": "示例", "at": 1}, "at"), ({"by": "示例", "at": 2**33}, "at"),
])
def test_a_declaration_without_name_or_at_an_impossible_time(cast, mark, facts, field, now):
    with pytest.raises(ValidationError) as refused:
        actions.declare_marks(cast.discharger, [mark], now=now, **facts)
    assert field in refused.value.message_dict


def test_a_correction_replaces_and_must_be_declared_again(cast, mark, at, now):
    actions.declare_marks(cast.discharger, [mark], by="示例填报人", now=now)
    new = actions.replace_mark(cast.manager, mark, end=at("11-22 09:00"), now=now)
    mark.refresh_from_db()
    assert (mark.replaced_by, new.state, new.declared_by) == (new, "prepared", "")
    with pytest.raises(ValidationError):
        actions.replace_mark(cast.manager, mark, end=at("11-22 09:30"), now=now)


def test_the_same_facts_leave_it(cast, mark, now):
    assert actions.replace_mark(cast.manager, mark, kind="fault", now=now) == mark


def test_withdrawing_needs_a_reason(cast, mark, now):
    with pytest.raises(ValidationError):
        actions.withdraw_mark(cast.manager, mark, " ", now=now)
    assert actions.withdraw_mark(cast.manager, mark, "误报", now=now).state == "withdrawn"


@pytest.mark.parametrize(("facts", "field"), [
    ({"end": "11-22 08:00"}, "end"), ({"note": ""}, "note"), ({"kind": "party"}, "kind"),
    ({"factor": "x1"}, "factor"),
])
def test_a_mark_that_makes_no_sense(cast, judged, at, now, facts, field):
    usual = {"kind": "fault", "start": "11-22 08:00", "end": "11-22 10:00", "note": "示例",
             "factor": ""} | facts
    usual |= {"start": at(usual["start"]), "end": at(usual["end"])}
    with pytest.raises(ValidationError) as refused:
        actions.prepare_mark(cast.manager, judged.point, now=now, **usual)
    assert field in refused.value.message_dict


def test_a_mark_of_the_process_is_of_all_factors(cast, judged, at, now):
    row = actions.prepare_mark(cast.manager, judged.point, kind="start_up", factor="a21026",
                               start=at("11-22 08:00"), end=at("11-22 10:00"), note="启炉", now=now)
    assert row.factor == ""


def test_twice_the_same_is_one(cast, judged, mark, at, now):
    with pytest.raises(ValidationError, match="已有"):
        actions.prepare_mark(cast.manager, judged.point, kind="fault", start=mark.start,
                             end=mark.end, factor="a21026", note="又一次", now=now)


def test_only_who_may_and_only_at_visible_points(cast, mark, at, now):
    span = {"start": at("11-22 12:00"), "end": at("11-22 13:00"), "note": "示例", "now": now}
    with pytest.raises(PermissionDenied):
        actions.prepare_mark(cast.discharger, mark.point, kind="fault", **span)
    with pytest.raises(MonitoringPoint.DoesNotExist):
        actions.prepare_mark(cast.outsider, mark.point, kind="fault", **span)
    with pytest.raises(PermissionDenied):
        actions.declare_marks(cast.engineer, [mark], by="示例", now=now)
    with pytest.raises(MonitoringPoint.DoesNotExist):
        actions.declare_marks(cast.outsider, [mark], by="示例", now=now)
    with pytest.raises(MonitoringPoint.DoesNotExist):
        actions.withdraw_mark(cast.outsider, mark, "示例", now=now)
    with pytest.raises(Mark.DoesNotExist):
        queries.mark_of(cast.outsider, mark.pk)


def test_late_after_noon_of_the_next_day(cast, mark, at):
    waiting = queries.waiting(cast.manager)
    assert [one.pk for one in waiting] == [mark.pk]
    assert queries.overdue(waiting, at("11-23 11:59")) == []
    assert queries.overdue(waiting, at("11-23 12:00")) == [mark.pk]


@pytest.mark.parametrize(("content", "suffix"), [
    (PDF, "pdf"), (b"\xff\xd8\xff\xe0 example", "jpg"), (b"\x89PNG\r\n\x1a\n example", "png"),
])
def test_a_proof_is_kept_by_its_content(db, places, content, suffix):
    proof = proofs.keep(content)
    assert proof.path == f"proofs/{proof.digest}.{suffix}"
    assert (places.uploads / proof.path).read_bytes() == content
    assert proofs.keep(content) == proof


@pytest.mark.parametrize("content", [b"", b"<html>", b"MZ executable", b"PK\x03\x04"])
def test_a_proof_is_known_by_its_content_not_its_name(db, content):
    with pytest.raises(ValidationError) as refused:
        proofs.keep(content)
    assert "proof" in refused.value.message_dict


def test_a_proof_has_a_size(db, monkeypatch):
    monkeypatch.setattr(proofs, "MOST_BYTES", 10)
    with pytest.raises(ValidationError, match="超过"):
        proofs.keep(PDF)
