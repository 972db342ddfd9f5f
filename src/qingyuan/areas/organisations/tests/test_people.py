"""Colleagues: who enters them, what stays out of reach, and the link for a first password."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.organisations import people
from qingyuan.areas.organisations.models import AuditLine, Membership, User

pytestmark = pytest.mark.django_db
SECRET = "示例-2026-winter"


def refusal(call, *args, **facts) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        call(*args, **facts)
    found = refused.value
    return found.message_dict if hasattr(found, "error_dict") else {"": found.messages}


def test_a_colleague_is_entered_without_a_password(cast):
    member = people.add_colleague(cast.manager, "zhang", name="示例张", role="engineer",
                                  phone="13000000000")
    assert (member.user.has_usable_password(), member.organisation) == (False, cast.houses.unit)
    again = people.add_colleague(cast.manager, "ZHANG", name="", role="reviewer")
    assert again.user == member.user
    assert AuditLine.objects.filter(verb="add_member").count() == 2
    people.edit_colleague(cast.manager, member.user, phone="13100000000")
    assert AuditLine.objects.last().before == {"phone": "13000000000"}


@pytest.mark.parametrize(("facts", "field"), [
    ({"username": "outsider"}, "username"), ({"username": "OUTSIDER"}, "username"),
    ({"role": "discharger_manager"}, "role"), ({"role": "inspector"}, "role"),
    ({"name": " "}, "name"), ({"username": "a b"}, "username"),
])
def test_whom_a_unit_cannot_enrol(cast, facts, field):
    given = {"username": "new", "name": "示例", "role": "engineer", **facts}
    assert field in refusal(people.add_colleague, cast.manager, given.pop("username"), **given)


def test_a_shared_account_is_nobodys_alone(cast):
    who = cast.engineer.user
    Membership.objects.create(user=who, organisation=cast.houses.other, role="engineer")
    assert "user" in refusal(people.edit_colleague, cast.manager, who, name="别名")
    assert "user" in refusal(people.start_link, cast.manager, who)
    with pytest.raises(User.DoesNotExist):
        people.edit_colleague(cast.manager, cast.outsider.user, name="别名")
    for call in (people.edit_colleague, people.start_link):
        with pytest.raises(PermissionDenied):
            call(cast.engineer, who)


def test_a_role_is_switched_off_and_on_but_not_ones_own(cast, browser_of):
    row = Membership.objects.get(user=cast.engineer.user)
    client = browser_of("manager")
    client.post(f"/people/{row.user_id}/roles/{row.pk}/", {"active": "0"})
    assert browser_of("engineer").get("/").status_code == 403
    client.post(f"/people/{row.user_id}/roles/{row.pk}/", {"active": "1"})
    assert browser_of("engineer").get("/").status_code == 200
    own = Membership.objects.get(user=cast.manager.user)
    assert "" in refusal(people.switch_membership, cast.manager, own, False)
    stranger = browser_of("outsider")
    assert stranger.post(f"/people/{row.user_id}/roles/{row.pk}/").status_code == 404


def test_the_pages_of_colleagues(cast, browser_of, budget):
    client = browser_of("manager")
    with budget("people"):
        page = client.get("/people/").content.decode()
    assert page.count("data-row") == 4
    assert page.count("未设置") == 4
    made = client.post("/people/new/", {
        "username": "zhao", "name": "示例赵", "role": "analyst", "phone": ""})
    who = User.objects.get(username="zhao")
    assert made.url == f"/people/{who.pk}/"
    client.post(made.url, {"name": "示例赵二", "phone": "1"})
    client.post(made.url, {"role": "storekeeper"})
    page = client.get(made.url).content.decode()
    for word in ("示例赵二", "实验室人员", "库管员", "新增成员"):
        assert word in page
    assert browser_of("engineer").get("/people/").status_code == 403
    assert browser_of("outsider").get(made.url).status_code == 404
    assert client.post("/people/new/", {"username": "outsider", "name": "x",
                                        "role": "engineer"}).status_code == 422


def test_a_link_sets_a_password_once(cast, browser_of, client):
    page = browser_of("manager").post(f"/people/{cast.engineer.user.pk}/", {"link": "1"})
    link = page.context["link"].removeprefix("http://testserver")
    assert link in page.content.decode()
    answer = client.get(link)
    assert (answer.status_code, answer.headers["Referrer-Policy"]) == (200, "no-referrer")
    for first, second in (("short", "short"), ("1234567890", "1234567890"), (SECRET, "other")):
        assert client.post(link, {"password": first, "again": second}).status_code == 422
    assert client.post(link, {"password": SECRET, "again": SECRET}).url == "/sign-in/"
    for used in (link, link[:-4] + "aaa/", "/account/start/x/y/", "/account/start/OTk5/y-z/"):
        assert client.get(used).status_code == 410
    assert client.post("/sign-in/", {
        "username": "engineer", "password": SECRET}).status_code == 302
    verbs = list(AuditLine.objects.values_list("verb", flat=True))
    assert verbs == ["make_start_link", "set_password"]
    assert SECRET not in str(list(AuditLine.objects.values()))


def test_a_link_is_too_old_after_a_week(cast, client, settings):
    link = people.start_link(cast.manager, cast.engineer.user)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert client.get(link).status_code == 410
