"""A unit with people, certificates and a contract, entered the short way."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from qingyuan.areas.assets.queries import today


@pytest.fixture
def unit(cast, served):
    """Six people with certificates, of whom the last holds a gas certificate for forty days more;
    one gas point whose keeper is the engineer."""
    from qingyuan.areas.assets.models import PointKeeper
    from qingyuan.areas.people.models import Certificate, Staff

    one = served()
    own = cast.houses.unit
    staff = []
    for n in range(6):
        posts = [["om"], ["om"], ["om"], ["om"], ["supervisor", "qa"], ["om"]][n]
        staff.append(Staff.objects.create(
            organisation=own, user=cast.engineer.user if n == 0 else None, number=f"S{n}",
            name=f"示例员工{n}", posts=posts, hired=date(2024, 1, 8)))
        Certificate.objects.create(
            staff=staff[n], kind="gas", number=f"示例{n}", issuer="示例协会",
            issuer_level="provincial", issued=date(2024, 2, 1),
            expires=today() + timedelta(days=40 if n == 5 else 900))
    PointKeeper.objects.create(organisation=own, point=one.point, person=cast.engineer.user,
                               since=date(2026, 6, 1))
    return SimpleNamespace(own=own, staff=staff, point=one.point)
