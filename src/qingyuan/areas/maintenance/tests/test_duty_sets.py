"""A company's sets and its own duties: entered without code, checked as a file is."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from qingyuan.areas.maintenance import duty_sets
from qingyuan.areas.maintenance.models import OwnDuty
from qingyuan.areas.organisations.models import AuditLine

pytestmark = pytest.mark.django_db
FACTS = {"name": "反吹气源压力记录", "kind": "gas", "where": "site", "form": "hj75.g1",
         "interval": "7d", "techniques": ["extractive"]}


def test_a_new_company_starts_with_the_default_sets_and_switches_others(cast):
    own = cast.houses.unit
    assert duty_sets.sets_of(own) == ("hj1286", "hj355", "hj75", "remote", "video", "own")
    duty_sets.choose_set(cast.manager, "winter", True)
    duty_sets.choose_set(cast.manager, "video", False)
    assert set(duty_sets.sets_of(own)) == {"hj1286", "hj355", "hj75", "remote", "winter", "own"}
    assert "winter" not in duty_sets.sets_of(cast.houses.other)
    assert AuditLine.objects.filter(verb="choose_set").count() == 2


def test_choosing_what_is_chosen_writes_nothing(cast):
    duty_sets.choose_set(cast.manager, "zibo", True)
    duty_sets.choose_set(cast.manager, "zibo", True)
    assert AuditLine.objects.filter(verb="choose_set").count() == 1


def test_an_own_duty_is_asked_of_the_systems_it_names(cast):
    row = duty_sets.add_own_duty(cast.manager, **FACTS)
    duties = duty_sets.duties_of(cast.houses.unit)
    asked = [d.key for d in duties.for_system(
        "gas", "extractive", sets=duty_sets.sets_of(cast.houses.unit), auto_calibration=False,
        month=5)]
    assert row.key == "own.n1"
    assert row.key in asked
    assert not duties[row.key].holds("gas", "dilution")
    assert row.key not in duty_sets.duties_of(cast.houses.other)
    assert AuditLine.objects.get(verb="add_own_duty").after["name"] == FACTS["name"]


def test_the_same_own_duties_are_one_catalogue(cast):
    duty_sets.add_own_duty(cast.manager, **FACTS)
    assert duty_sets.duties_of(cast.houses.unit) is duty_sets.duties_of(cast.houses.unit)


def test_switched_off_it_is_known_and_no_longer_asked(cast):
    row = duty_sets.add_own_duty(cast.manager, **FACTS)
    duty_sets.switch_own_duty(cast.manager, row, False)
    duties = duty_sets.duties_of(cast.houses.unit)
    assert duties[row.key].name == FACTS["name"]
    assert row.key not in {d.key for d in duties.for_system(
        "gas", "extractive", sets=duty_sets.sets_of(cast.houses.unit), auto_calibration=False,
        month=5)}


@pytest.mark.parametrize(("change", "field"), [
    ({"interval": "often"}, "interval"), ({"name": " "}, "name"), ({"kind": "air"}, "kind"),
    ({"where": "remote"}, "prefill"), ({"form": "hj75.g99"}, "form"),
    ({"kind": "water", "form": "hj355.b"}, "techniques"), ({"where": "moon"}, "where"),
    ({"lead": 10**12}, "lead"), ({"below": float("nan")}, "below"),
])
def test_what_a_file_could_not_say_is_refused_by_field(cast, change, field):
    with pytest.raises(ValidationError) as refused:
        duty_sets.add_own_duty(cast.manager, **{**FACTS, **change})
    assert field in refused.value.message_dict
    assert not OwnDuty.objects.exists()


@pytest.mark.parametrize("change", [{"months": [13]}, {"lead": -1}, {"needs": ["wings"]}])
def test_the_loader_finds_the_rest(cast, change):
    with pytest.raises(ValidationError, match="months|lead|needs"):
        duty_sets.add_own_duty(cast.manager, **{**FACTS, **change})


def test_an_edit_is_checked_and_told(cast):
    row = duty_sets.add_own_duty(cast.manager, **FACTS)
    with pytest.raises(ValidationError):
        duty_sets.edit_own_duty(cast.manager, row, interval="")
    duty_sets.edit_own_duty(cast.manager, row, interval="3m", clause="示例制度 4.2")
    found = duty_sets.duties_of(cast.houses.unit)[row.key]
    assert (str(found.interval), found.clause) == ("3 month", "示例制度 4.2")
    assert AuditLine.objects.get(verb="edit_own_duty").before == {"interval": "7d", "clause": None}


def test_who_may_choose(cast):
    row = duty_sets.add_own_duty(cast.manager, **FACTS)
    for act in (lambda: duty_sets.choose_set(cast.engineer, "zibo", True),
                lambda: duty_sets.add_own_duty(cast.engineer, **FACTS),
                lambda: duty_sets.edit_own_duty(cast.engineer, row, name="示例"),
                lambda: duty_sets.switch_own_duty(cast.engineer, row, False)):
        with pytest.raises(PermissionDenied):
            act()
    with pytest.raises(OwnDuty.DoesNotExist):
        duty_sets.edit_own_duty(cast.outsider, row, name="示例")
    with pytest.raises(ValidationError):
        duty_sets.choose_set(cast.manager, "retired", True)


def test_what_no_longer_fits_is_left_out_and_breaks_nothing(cast):
    OwnDuty.objects.create(organisation=cast.houses.unit, key="own.old",
                           facts={**FACTS, "form": "gone.form"})
    duty_sets.add_own_duty(cast.manager, **FACTS)
    duties = duty_sets.duties_of(cast.houses.unit)
    assert "own.old" not in duties
    assert "own.n1" in duties
