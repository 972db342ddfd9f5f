"""Signing in and out, and who is let in."""

import re

import pytest
from django.test import Client

from qingyuan.areas.organisations import sign_in
from qingyuan.areas.organisations.models import Membership, Role, SignInFailure
from qingyuan.ui import navigation
from qingyuan.ui.navigation import rooms_for

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "correct-horse-2026", "wrong-horse-2026"


@pytest.fixture
def manager(cast):
    cast.manager.user.set_password(RIGHT)
    cast.manager.user.save()
    return cast.manager


def attempt(client, password, address="192.0.2.7", **more):
    return client.post("/sign-in/", {"username": "manager", "password": password, **more},
                       REMOTE_ADDR=address)


def test_sign_in_page_names_product_and_nothing_else_to_visitors(client, manager):
    page = client.get("/sign-in/").content.decode()
    assert "清源" in page
    assert 'name="username"' in page
    assert "点位总览" not in page


def test_the_only_unit_is_named_on_the_sign_in_page(client, manager, cast):
    cast.houses.other.active = False
    cast.houses.other.save()
    assert "示例运维有限公司" in client.get("/sign-in/").content.decode()


def test_right_password_leads_to_where_one_wanted_to_go(client, manager):
    answer = attempt(client, RIGHT, next="/stations/?kind=gas")
    assert (answer.status_code, answer.url) == (302, "/stations/?kind=gas")
    assert client.get("/stations/").status_code == 200


def test_no_way_out_of_the_house_after_sign_in(client, manager):
    assert attempt(client, RIGHT, next="https://example.org/").url == "/"


def test_wrong_password_keeps_the_account_and_says_so(client, manager):
    answer = attempt(client, WRONG)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "账号或密码不正确" in page
    assert 'value="manager"' in page
    assert WRONG not in page


def test_ten_failures_lock_the_account_from_that_address(client, manager):
    for _ in range(sign_in.LIMIT):
        assert attempt(client, WRONG).status_code == 422
    locked = attempt(client, RIGHT)
    assert locked.status_code == 429
    assert re.search("请 1[45] 分钟后再试", locked.content.decode())
    assert attempt(Client(), RIGHT, address="192.0.2.8").status_code == 302


def test_failures_are_forgotten_after_a_quarter_of_an_hour(client, manager):
    for _ in range(sign_in.LIMIT):
        attempt(client, WRONG)
    for row in SignInFailure.objects.all():
        row.at -= sign_in.WINDOW_MS + 1000
        row.save()
    assert attempt(client, RIGHT).status_code == 302


def test_success_clears_the_count(client, manager):
    for _ in range(sign_in.LIMIT - 1):
        attempt(client, WRONG)
    attempt(client, RIGHT)
    assert SignInFailure.objects.count() == 0


def test_visitors_go_to_sign_in_and_fragments_say_401(client, db):
    answer = client.get("/stations/")
    assert (answer.status_code, answer.url) == (302, "/sign-in/?next=/stations/")
    assert client.get("/", headers={"HX-Request": "true"}).status_code == 401


def test_signing_out_ends_the_session(browser_of):
    client = browser_of("manager")
    assert client.post("/sign-out/").url == "/sign-in/"
    assert client.get("/").status_code == 302
    assert client.get("/sign-out/").status_code == 405


def test_an_account_without_organisation_sees_nothing(browser_of, cast):
    Membership.objects.filter(user=cast.manager.user).update(active=False)
    answer = browser_of("manager").get("/")
    assert answer.status_code == 403
    assert "没有权限" in answer.content.decode()


def test_acting_for_another_organisation_one_belongs_to(browser_of, cast):
    both = Membership.objects.create(user=cast.manager.user, organisation=cast.houses.other,
                                     role="manager")
    client = browser_of("manager")
    assert "示例另一运维公司" in client.get("/").content.decode()
    client.post("/act-for/", {"membership": both.pk})
    assert client.get("/").context["scope"].organisation == cast.houses.other
    client.post("/act-for/", {"membership": Membership.objects.get(user=cast.outsider.user).pk})
    assert client.get("/").context["scope"].organisation == cast.houses.other


def test_every_answer_allows_only_our_own_scripts(browser_of):
    for path in ("/", "/nowhere/"):
        policy = browser_of("manager").get(path).headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy


def test_error_pages_are_chinese(browser_of):
    client = browser_of("manager")
    missing = client.get("/points/999999/")
    assert missing.status_code == 404
    assert "没有找到" in missing.content.decode()
    strict = Client(enforce_csrf_checks=True)
    assert "页面已失效" in strict.post("/sign-in/", {}).content.decode()


@pytest.mark.parametrize("role", Role.values)
def test_the_navigation_offers_exactly_the_rooms_whose_door_is_open(client, cast, role):
    Membership.objects.filter(user=cast.manager.user).update(role=role)
    client.force_login(cast.manager.user)
    offered = {room["href"] for wing in rooms_for(role, "") for room in wing["rooms"]}
    every = {navigation.address_of(room.url) for w in navigation.WINGS for room in w.rooms}
    assert offered == {href for href in every if client.get(href).status_code == 200}
