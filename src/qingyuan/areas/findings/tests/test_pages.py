"""The pages of findings."""

import pytest

from qingyuan.areas.findings.models import Finding, State


@pytest.fixture
def page(client):
    """``page(scope, address)``: the text that somebody sees there."""

    def look(scope, address):
        client.force_login(scope.user)
        answer = client.get(address)
        assert answer.status_code == 200, address
        return answer.content.decode()

    return look


def test_list_shows_what_is_open_and_says_when_there_is_nothing(cast, found, page):
    assert "没有待处理的发现" in page(cast.engineer, "/findings/")
    found()
    found("gap", title="数据缺失2小时")
    assert "二氧化硫小时均值超标" in page(cast.engineer, "/findings/")
    only = page(cast.engineer, "/findings/?kind=gap")
    assert "数据缺失2小时" in only
    assert "二氧化硫小时均值超标" not in only


def test_list_takes_few_queries(cast, found, client, django_assert_max_num_queries):
    for n in range(20):
        found(key=f"k{n}")
    client.force_login(cast.manager.user)
    client.get("/findings/")
    with django_assert_max_num_queries(8):
        client.get("/findings/")


def test_life_by_the_page(cast, found, client):
    one = found(detail={"hours": [[1795413600, 52.5, 35.0]], "unit": "mg/m³"})
    address = f"/findings/{one.pk}/"
    client.force_login(cast.engineer.user)
    assert "52.5 mg/m³，限值 35 mg/m³" in client.get(address).content.decode()
    refused = client.post(address, {"verb": "handle", "how": "remote", "text": "已恢复"})
    assert refused.status_code == 422
    assert "已恢复" in refused.content.decode()
    client.post(address, {"verb": "handle", "how": "remote", "cause": "process", "text": "已恢复"})
    assert client.post(address, {"verb": "verify"}).status_code == 404
    client.force_login(cast.reviewer.user)
    client.post(address, {"verb": "verify", "text": ""})
    client.post(address, {"verb": "close", "text": ""})
    assert Finding.objects.get().state == State.CLOSED


def test_several_are_answered_at_once(cast, found, client):
    rows = [found(key=f"k{n}") for n in range(3)]
    client.force_login(cast.engineer.user)
    client.post("/findings/many/", {"pk": [row.pk for row in rows[:2]]})
    assert Finding.objects.filter(state=State.ACKNOWLEDGED).count() == 2


@pytest.mark.parametrize("who", ["outsider"])
def test_another_unit_finds_nothing(cast, found, client, who):
    one = found()
    client.force_login(getattr(cast, who).user)
    assert client.get(f"/findings/{one.pk}/").status_code == 404
    client.post("/findings/many/", {"pk": [one.pk]})
    assert Finding.objects.get().state == State.OPEN


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_exports_what_is_shown(cast, found, client, form):
    found()
    client.force_login(cast.manager.user)
    answer = client.get(f"/findings/table.{form}")
    assert answer.status_code == 200
    assert len(b"".join(answer) if answer.streaming else answer.content) > 100


def test_discharger_reads_and_does_nothing(cast, found, page):
    one = found()
    assert 'name="verb"' not in page(cast.discharger, f"/findings/{one.pk}/")
