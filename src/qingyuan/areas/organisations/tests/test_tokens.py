"""API tokens: made on a page, shown once, used by a program, withdrawn."""

from datetime import timedelta

import pytest
from django.utils import timezone

from qingyuan.areas.organisations.models import ApiToken, AuditLine

pytestmark = pytest.mark.django_db


def make(client, name: str = "手机端", **more: str) -> str:
    return client.post("/account/tokens/", {"name": name, **more}).context["text"]


def asked(client, text: str):
    return client.get("/api/v1/sites", headers={"Authorization": f"Bearer {text}"})


def test_a_token_is_shown_once_and_acts_as_its_person(cast, station, browser_of, client):
    station()
    page = browser_of("engineer")
    text = make(page)
    assert len(text) > 40
    assert text not in page.get("/account/tokens/").content.decode()
    assert not ApiToken.objects.filter(digest=text).exists()
    answer = asked(client, text)
    assert (answer.status_code, answer.json()["count"]) == (200, 1)
    assert ApiToken.objects.get().used_at is not None
    # The engineer's role: reading yes, permits of others no.
    assert client.post("/api/v1/keepers", {"points": [1], "person": 1, "since": "2026-01-01"},
                       content_type="application/json",
                       headers={"Authorization": f"Bearer {text}"}).status_code == 403
    assert asked(client, "x" + text).status_code == 401
    assert client.get("/api/v1/sites").status_code == 401


def test_a_withdrawn_or_expired_token_is_nothing(cast, browser_of, client):
    page = browser_of("manager")
    text = make(page)
    row = ApiToken.objects.get()
    assert browser_of("engineer").post(f"/account/tokens/{row.pk}/withdraw/").status_code == 404
    page.post(f"/account/tokens/{row.pk}/withdraw/")
    assert asked(client, text).status_code == 401
    today = timezone.localdate()
    short = make(page, until=str(today))
    assert asked(client, short).status_code == 200
    ApiToken.objects.filter(withdrawn_at=None).update(until=today - timedelta(days=1))
    assert asked(client, short).status_code == 401
    refused = page.post("/account/tokens/", {
        "name": "旧", "until": str(today - timedelta(days=1))})
    assert refused.status_code == 422
    assert page.post("/account/tokens/", {"name": " "}).status_code == 422
    assert list(AuditLine.objects.values_list("verb", flat=True)) == [
        "make_token", "withdraw_token", "make_token"]


def test_a_person_who_left_leaves_no_token_behind(cast, browser_of, client):
    text = make(browser_of("engineer"))
    cast.engineer.user.memberships.update(active=False)
    assert asked(client, text).status_code == 401
