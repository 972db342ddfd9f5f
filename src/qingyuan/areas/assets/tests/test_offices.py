"""Offices and who works from them."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.assets import sites
from qingyuan.areas.assets.models import Office, OfficeMember
from qingyuan.areas.organisations.models import AuditLine

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)


@pytest.fixture
def office(cast):
    return sites.add_office(cast.manager, name="乌鲁木齐办事处", area="乌鲁木齐市", since=DAY,
                            phone="0991-0000000")


def test_an_office_lies_in_a_prefecture(cast, office):
    assert (office.area, office.organisation) == ("650100", cast.houses.unit)
    sites.edit_office(cast.manager, office, area="石河子", address="示例路 1 号")
    office.refresh_from_db()
    assert office.area == "659001"
    with pytest.raises(ValidationError) as refused:
        sites.add_office(cast.manager, name="乌鲁木齐办事处", area="650100", since=DAY)
    assert refused.value.messages
    with pytest.raises(PermissionDenied):
        sites.edit_office(cast.engineer, office, phone="1")
    with pytest.raises(Office.DoesNotExist):
        sites.edit_office(cast.outsider, office, phone="1")


def test_a_person_moves_and_a_closed_office_lets_its_people_go(cast, office):
    other = sites.add_office(cast.manager, name="昌吉办事处", area="昌吉州", since=DAY)
    who = cast.engineer.user
    sites.set_office_of(cast.manager, who, office, DAY)
    assert sites.set_office_of(cast.manager, who, office, DAY + timedelta(1)) is None
    sites.set_office_of(cast.manager, who, other, DAY + timedelta(10))
    assert list(OfficeMember.objects.order_by("since").values_list("office__name", "until")) == [
        ("乌鲁木齐办事处", DAY + timedelta(9)), ("昌吉办事处", None)]
    sites.close_office(cast.manager, other, DAY + timedelta(20))
    assert OfficeMember.objects.get(office=other).until == DAY + timedelta(20)
    with pytest.raises(ValidationError):
        sites.set_office_of(cast.manager, cast.reviewer.user, other, DAY + timedelta(21))
    with pytest.raises(ValidationError):
        sites.set_office_of(cast.manager, cast.outsider.user, office, DAY)
    verbs = set(AuditLine.objects.values_list("verb", flat=True))
    assert {"add_office", "set_office_of", "leave_office", "close_office"} <= verbs
