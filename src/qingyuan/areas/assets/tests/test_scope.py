"""Whose a logger is: two units at one discharger, a logger that has moved, one in the store."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from qingyuan.areas.assets import actions, queries
from qingyuan.areas.assets.models import CommandConsent, DataLogger, LoggerAssignment
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.telemetry.actions import send_command
from qingyuan.spool import registry

pytestmark = pytest.mark.django_db(transaction=True)


def mns(loggers) -> set[str]:
    return {logger.mn for logger in loggers}


def agree(scope, logger, cn="3011"):
    return actions.give_consent(scope, logger, cn, since=date(2020, 1, 1), until=None,
                                document="示例同意书 7 号", given_by="示例·环保负责人")


def test_two_units_at_one_discharger_do_not_see_each_others_stations(
    cast, station, neighbour, browser_of
):
    own = station()
    assert mns(queries.stations(cast.manager)) == {own.mn}
    assert mns(queries.stations(cast.outsider)) == {neighbour.mn}
    assert mns(queries.stations(cast.discharger)) == {own.mn, neighbour.mn}
    with pytest.raises(DataLogger.DoesNotExist):
        actions.edit_station(cast.manager, neighbour.logger, password="hijack")
    page = browser_of("manager").get(f"/stations/{neighbour.logger.pk}/")
    assert (page.status_code, neighbour.password in page.content.decode()) == (404, False)


def test_a_logger_that_moved_is_the_new_units_alone(cast, moved, browser_of):
    assert moved.mn not in mns(queries.stations(cast.manager))
    assert moved.mn in mns(queries.stations(cast.outsider))
    assert moved.mn not in mns(queries.stations(cast.discharger))
    assert moved.logger.organisation == moved.point.organisation
    for page in ("", "edit/", "links/new/", "consents/new/"):
        answer = browser_of("manager").get(f"/stations/{moved.logger.pk}/{page}")
        assert (page, answer.status_code) == (page, 404)
    assert moved.password in browser_of("outsider").get(
        f"/stations/{moved.logger.pk}/").content.decode()


def test_a_former_holder_changes_nothing(cast, moved):
    past = list(LoggerAssignment.objects.filter(logger=moved.logger, point=moved.old))
    with pytest.raises(DataLogger.DoesNotExist):
        actions.edit_station(cast.manager, moved.logger, password="hijack")
    with pytest.raises(DataLogger.DoesNotExist):
        actions.link_logger(cast.manager, moved.logger, moved.old, since=timezone.now())
    with pytest.raises(DataLogger.DoesNotExist):
        send_command(cast.manager, moved.logger, "1012", [], reason="校时")
    assert actions.end_link(cast.manager, past, timezone.now() + timedelta(days=900)) == []
    moved.logger.refresh_from_db()
    assert moved.logger.password == "mv-902"
    assert {link.until for link in LoggerAssignment.objects.filter(point=moved.old)} == {moved.day}


def test_a_former_holder_still_reads_what_was_reported_at_its_point(cast, moved):
    assert {link.point for link in queries.station_by_mn(cast.manager, moved.mn).links} == {
        moved.old}
    with pytest.raises(DataLogger.DoesNotExist):
        queries.station_by_mn(cast.manager, "010000A8900016F000169S03")


def test_only_the_present_discharger_agrees_to_commands(cast, moved, places):
    with pytest.raises(DataLogger.DoesNotExist):
        agree(cast.discharger, moved.logger)
    assert not CommandConsent.objects.exists()
    given = agree(cast.outsider, moved.logger)
    assert given.organisation == moved.point.organisation
    assert queries.consent_for(cast.outsider, moved.logger, "3011") == given
    assert len(registry.load(places.registry)[moved.mn].consents) == 1


def test_what_the_former_discharger_agreed_to_lets_nothing_through(cast, moved, places):
    left = CommandConsent.objects.create(
        logger=moved.logger, organisation=cast.houses.plant, cn="3011", since=date(2019, 1, 1),
        document="示例同意书 1 号", given_by="示例·环保负责人")
    actions.announce()
    assert queries.consent_for(cast.outsider, moved.logger, "3011") is None
    assert not queries.consents(cast.outsider, moved.logger).exists()
    assert registry.load(places.registry)[moved.mn].consents == ()
    with pytest.raises(PermissionDenied, match="consent"):
        send_command(cast.outsider, moved.logger, "3011", [], reason="校准")
    assert actions.withdraw_consent(cast.discharger, left).withdrawn_at is not None


def test_a_logger_in_the_store_can_be_linked_again_and_not_commanded(cast, station):
    one = station()
    agree(cast.discharger, one.logger)
    actions.end_link(cast.manager, list(one.logger.assignments.all()), timezone.now())
    assert mns(queries.stations(cast.manager)) == {one.mn}
    assert mns(queries.stations(cast.outsider)) == set()
    with pytest.raises(PermissionDenied, match="consent"):
        send_command(cast.manager, one.logger, "3011", [], reason="校准")
    actions.link_logger(cast.manager, one.logger, one.point,
                        since=timezone.now() + timedelta(seconds=1))
    assert mns(queries.stations(cast.manager)) == {one.mn}


def test_an_ended_link_is_not_drawn_over_the_next_one(cast, station):
    one = station()
    spare = station(mn="010000A8900016F000169D04", name="4 号排口")
    day = timezone.now() - timedelta(days=30)
    ended = actions.end_link(cast.manager, list(one.logger.assignments.all()), day)
    actions.link_logger(cast.manager, one.logger, spare.point, since=day + timedelta(days=10))
    with pytest.raises(ValidationError, match="已关联"):
        actions.end_link(cast.manager, ended, day + timedelta(days=11))
    actions.end_link(cast.manager, ended, day + timedelta(days=5))
    line = AuditLine.objects.filter(verb="end_link").order_by("-id").first()
    assert line.before["until"] < line.after["until"]
