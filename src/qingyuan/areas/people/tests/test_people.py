"""Staff, certificates and training by verb, with the fixed cast."""

import io
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from openpyxl import Workbook, load_workbook

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.people import actions, facts, importing, queries
from qingyuan.areas.people.models import Staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def hire(cast):
    def enter(number="E1", name="示例甲", posts=("om",), hired=date(2025, 11, 30), **more):
        return actions.save_staff(cast.manager, number=number, name=name, posts=posts,
                                  hired=hired, **more)
    return enter


def paper(cast, staff, issued, expires=None, kind="gas", number="示例-1"):
    return actions.add_certificate(
        cast.manager, staff, kind=kind, number=number, issuer="示例协会",
        issuer_level="provincial", issued=issued, expires=expires)


def test_hired_changed_and_said_in_the_trail(cast, hire):
    row = hire(posts=("om", "qa"))
    actions.save_staff(cast.manager, row, number="E1", name="示例甲", posts=("om",),
                       hired=row.hired, user=cast.engineer.user)
    row.refresh_from_db()
    assert (row.posts, row.user) == (["om"], cast.engineer.user)
    assert list(AuditLine.objects.filter(verb__endswith="_staff").order_by("pk").values_list(
        "verb", flat=True)) == ["hire_staff", "edit_staff"]


@pytest.mark.parametrize(("facts", "field"), [
    ({"number": "E1", "posts": ("om",)}, "number"), ({"number": "E2", "posts": ()}, "posts"),
    ({"number": "E2", "posts": ("cook",)}, "posts")])
def test_refused_with_its_field(cast, hire, facts, field):
    hire()
    with pytest.raises(ValidationError) as error:
        actions.save_staff(cast.manager, name="乙", hired=date(2026, 1, 1), **facts)
    assert field in error.value.message_dict


def test_account_of_another_unit_is_refused(cast, hire):
    with pytest.raises(ValidationError, match="不属于本单位"):
        hire(user=cast.outsider.user)


def test_only_who_may(cast, hire):
    row = hire()
    with pytest.raises(PermissionDenied):
        actions.leave_service(cast.engineer, row, today())
    with pytest.raises(Staff.DoesNotExist):
        actions.leave_service(cast.outsider, row, today())


@pytest.mark.parametrize(("day", "stands"), [
    (date(2026, 2, 28), "newcomer"), (date(2026, 3, 1), "none")])
def test_newcomer_until_the_last_day_of_a_shorter_month(hire, day, stands):
    assert queries.certified(hire(), day) == stands


def test_expiry_day_is_still_valid(cast, hire):
    row = hire()
    paper(cast, row, date(2026, 1, 1), date(2026, 6, 30))
    assert [queries.certified(row, day) for day in (
        date(2026, 4, 30), date(2026, 6, 30), date(2026, 7, 1))] == [
            "valid", "expiring", "expired"]


def test_expiring_leaves_out_what_was_renewed(cast, hire):
    one, two = hire(), hire("E2", "示例乙")
    for row in (one, two):
        paper(cast, row, today() - timedelta(days=300), today() + timedelta(days=20))
    paper(cast, two, today() - timedelta(days=5), today() + timedelta(days=700), number="示例-2")
    assert [row.staff for row in queries.expiring(cast.houses.unit, today(), 60)] == [one]


def test_facts_know_all_who_were_and_all_they_held(cast, hire):
    assert facts.people(cast.houses.unit, today()) is None
    row = hire()
    paper(cast, row, date(2025, 12, 1), date(2026, 5, 31))
    paper(cast, row, date(2026, 8, 1), number="示例-2")
    wrong = paper(cast, row, date(2026, 2, 1), kind="water", number="示例-3")
    actions.withdraw_certificate(cast.manager, wrong, date(2026, 3, 1), "撤销")
    actions.leave_service(cast.manager, row, date(2026, 9, 30))
    told = facts.people(cast.houses.unit, today())[0]
    assert (told.id, told.left) == (f"staff:{row.pk}", date(2026, 9, 30))
    assert [(one.kind, one.issued, one.expires) for one in told.certificates] == [
        ("gas", date(2025, 12, 1), date(2026, 5, 31)),
        ("water", date(2026, 2, 1), date(2026, 2, 28)), ("gas", date(2026, 8, 1), None)]


def test_training_with_exam(cast, hire):
    one, two = hire(), hire("E2", "示例乙")
    plan = actions.plan_training(cast.manager, year=today().year, subject="监测条例", hours=4,
                                 due=today())
    session = actions.hold_training(
        cast.manager, day=today(), subject="", plan=plan, hours=4, law=True, exam=True,
        present={one.pk: 59.5, two.pk: 60})
    assert session.subject == "监测条例"
    assert list(session.attendances.values_list("passed", flat=True)) == [False, True]
    with pytest.raises(ValidationError, match="将来"):
        actions.hold_training(cast.manager, day=today() + timedelta(days=1), subject="x",
                              hours=1, present={one.pk: None})


def test_pages(cast, hire, client):
    row = hire(user=cast.engineer.user)
    client.force_login(cast.manager.user)
    assert "示例甲" in client.get("/staff/").content.decode()
    made = client.post(f"/staff/{row.pk}/", {
        "verb": "certificate", "kind": "gas", "number": "示例-9", "issuer_level": "provincial",
        "issued": "2026-01-01", "expires": "2025-01-01"})
    assert (made.status_code, "有效期不能早于" in made.content.decode()) == (422, True)
    assert client.post(f"/staff/{row.pk}/", {
        "verb": "certificate", "kind": "gas", "number": "示例-9", "issuer_level": "provincial",
        "issued": "2026-01-01"}).status_code == 302
    for path in ("/staff/certificates/", "/staff/training/", "/staff/training/new/",
                 "/staff/import/", "/staff/table.xlsx", "/staff/import/template.xlsx",
                 f"/staff/{row.pk}/"):
        assert client.get(path).status_code == 200
    client.force_login(cast.outsider.user)
    assert client.get(f"/staff/{row.pk}/").status_code == 404


def test_api(cast, hire, client):
    row = hire()
    client.force_login(cast.manager.user)
    made = client.post(f"/api/v1/staff/{row.pk}/certificates", {
        "kind": "gas", "number": "示例-1", "issuer_level": "national", "issued": "2026-01-01"},
        content_type="application/json")
    assert made.status_code == 200
    assert client.get("/api/v1/staff").json()[0]["stands"] == "valid"


def workbook(staff=(), papers=()):
    book = Workbook()
    book.remove(book.active)
    for (name, heads), rows in zip(importing.SHEETS.items(), (staff, papers), strict=True):
        sheet = book.create_sheet(name)
        sheet.append(heads)
        for row in rows:
            sheet.append(row)
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_workbook_is_taken_line_by_line_and_again_changes_nothing(cast):
    data = workbook(
        [["E1", "示例甲", "运维、质量保证", date(2025, 1, 2), None, "", "engineer", "", None],
         ["E2", "示例乙", "厨师", date(2025, 1, 2), None, "", "", "", None]],
        [["E1", "废气", "示例-1", "示例协会", "省级", "2025-03-01", "2027-02-28"],
         ["E9", "废气", "示例-2", "示例协会", "省级", "2025-03-01", ""]])
    found = importing.take_over(cast.manager, data)
    assert (found.staff, found.certificates) == (1, 1)
    assert [(sheet, line) for sheet, line, _why in found.refused] == [("人员", 3), ("证书", 3)]
    assert Staff.objects.get().user == cast.engineer.user
    assert importing.take_over(cast.manager, data).same == 2
    held = load_workbook(io.BytesIO(importing.template(cast.manager)))
    assert held["证书"]["C2"].value == "示例-1"
    assert importing.take_over(cast.manager, importing.template(cast.manager)).same == 2


def test_no_workbook_is_said(cast):
    with pytest.raises(ValidationError, match="不是 XLSX"):
        importing.take_over(cast.manager, b"abc")
