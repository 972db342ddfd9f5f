"""The ledger: nothing below zero, first expired first out, a wrong move answered by another."""

from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import Sum

from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.models import AuditLine
from qingyuan.areas.supplies import actions, catalogue, lending, queries
from qingyuan.areas.supplies.models import Balance, Immutable, Move, Part, Store


@pytest.fixture
def depot(cast):
    """A store, a van, a pump tube; another unit's store and tube."""
    rows = {}
    for word, who in (("own", cast.storekeeper), ("their", cast.outsider)):
        rows[f"{word}_part"] = catalogue.add_part(
            who, code="G-001", name="蠕动泵管", kind="consumable", unit="根")
        rows[f"{word}_store"] = catalogue.add_store(who, name="备件库", own=True, shared=False)
    rows["van"] = catalogue.add_store(cast.storekeeper, name="示例车", kind="van")
    return SimpleNamespace(part=rows["own_part"], store=rows["own_store"], **rows)


def there(place: Store, part: Part) -> int:
    return Balance.objects.filter(store=place, part=part).aggregate(n=Sum("quantity"))["n"] or 0


def test_what_comes_goes_and_comes_back_is_the_sum_of_its_moves(cast, depot, station):
    actions.receive(cast.storekeeper, depot.store, depot.part, 10, lot="A1")
    actions.issue(cast.engineer, depot.store, depot.part, 4, reason="更换")
    actions.transfer(cast.storekeeper, depot.store, depot.van, depot.part, 3)
    actions.give_back(cast.engineer, depot.van, depot.part, 1)
    actions.scrap(cast.storekeeper, depot.store, depot.part, 2, reason="老化")
    assert (there(depot.store, depot.part), there(depot.van, depot.part)) == (1, 4)
    assert queries.total(queries.stock(cast.houses.unit), depot.part.pk) == 5
    assert queries.worn(cast.houses.unit) == []
    assert AuditLine.objects.filter(verb="move_stock").count() == 5
    call_command("check_stock")
    Balance.objects.filter(store=depot.van).update(quantity=5)
    with pytest.raises(CommandError, match="balance 5, moves 4"):
        call_command("check_stock")


def test_nothing_goes_below_zero(cast, depot):
    actions.receive(cast.storekeeper, depot.store, depot.part, 2)
    for act in (
        lambda: actions.issue(cast.engineer, depot.store, depot.part, 3, reason="更换"),
        lambda: actions.transfer(cast.storekeeper, depot.store, depot.van, depot.part, 3),
        lambda: actions.scrap(cast.storekeeper, depot.store, depot.part, 3, reason="老化"),
    ):
        with pytest.raises(ValidationError, match="只有 2 根，不足 3 根"):
            act()
    with pytest.raises(IntegrityError), transaction.atomic():
        Balance.objects.update(quantity=-1)
    assert Move.objects.count() == 1


def test_what_expires_first_goes_first_and_what_has_expired_is_not_issued(cast, depot):
    day = today()
    for lot, days, count in (("旧", -1, 5), ("晚", 90, 4), ("早", 30, 3), ("无期", None, 2)):
        actions.receive(cast.storekeeper, depot.store, depot.part, count, lot=lot,
                        expires=None if days is None else day + timedelta(days=days))
    made = actions.issue(cast.engineer, depot.store, depot.part, 8, reason="更换")
    assert [(one.batch.lot, one.quantity) for one in made] == [("早", -3), ("晚", -4), ("无期", -1)]
    with pytest.raises(ValidationError, match="只有 1 根"):
        actions.issue(cast.engineer, depot.store, depot.part, 2, reason="更换")
    old = depot.part.batches.get(lot="旧")
    with pytest.raises(ValidationError, match="过期"):
        actions.issue(cast.engineer, depot.store, depot.part, 1, batch=old, reason="更换")
    gone = actions.scrap(cast.storekeeper, depot.store, depot.part, 1, reason="过期")
    assert gone[0].batch == old
    assert [(b.lot, n) for b, _s, n in queries.expiring(cast.houses.unit, day, 30)] == [("旧", 4)]


def test_a_move_is_never_changed_or_deleted(cast, depot):
    move = actions.receive(cast.storekeeper, depot.store, depot.part, 2)[0]
    move.quantity = 5
    for act in (move.save, move.delete, lambda: Move.objects.update(quantity=5),
                Move.objects.all().delete, lambda: Move.objects.bulk_update([move], ["quantity"]),
                depot.part.moves.all().delete):
        with pytest.raises(Immutable):
            act()
    assert Move.objects.get().quantity == 2


def test_a_wrong_move_is_answered_by_a_counter_move_once(cast, depot):
    move = actions.receive(cast.storekeeper, depot.store, depot.part, 5)[0]
    out, came = actions.transfer(cast.storekeeper, depot.store, depot.van, depot.part, 2)
    with pytest.raises(ValidationError, match="原因"):
        actions.reverse(cast.storekeeper, out, " ")
    with pytest.raises(ValidationError, match="只有 3 根"):
        actions.reverse(cast.storekeeper, move, "录错")
    back = actions.reverse(cast.storekeeper, came, "录错")
    assert {one.reverses for one in back} == {out, came}
    assert (there(depot.store, depot.part), there(depot.van, depot.part)) == (5, 0)
    for row in (out, back[0]):
        with pytest.raises(ValidationError, match="不能再冲正"):
            actions.reverse(cast.storekeeper, row, "录错")
    assert actions.reverse(cast.storekeeper, move, "录错")[0].quantity == -5
    assert queries.worn(cast.houses.unit) == []


def test_a_count_difference_is_a_move_with_a_reason(cast, depot):
    actions.receive(cast.storekeeper, depot.store, depot.part, 5)
    assert actions.count(cast.storekeeper, depot.store, depot.part, 5)[0].quantity == 0
    with pytest.raises(ValidationError, match="账面 5，实盘 3"):
        actions.count(cast.storekeeper, depot.store, depot.part, 3)
    made = actions.count(cast.storekeeper, depot.store, depot.part, 3, reason="破损未登记")
    assert (made[0].quantity, made[0].reason, there(depot.store, depot.part)) == (
        -2, "破损未登记", 3)
    actions.receive(cast.storekeeper, depot.store, depot.part, 1, lot="B")
    with pytest.raises(ValidationError, match="逐批"):
        actions.count(cast.storekeeper, depot.store, depot.part, 4)


def test_a_request_that_is_sent_again_writes_nothing(cast, depot):
    for lot in "AB":
        actions.receive(cast.storekeeper, depot.store, depot.part, 2, lot=lot)
    first = actions.issue(cast.engineer, depot.store, depot.part, 3, reason="更换", client_id="k1")
    again = actions.issue(cast.engineer, depot.store, depot.part, 3, reason="更换", client_id="k1")
    assert (again, len(first), there(depot.store, depot.part)) == (first, 2, 1)
    with pytest.raises(ValidationError, match="请求编号"):
        actions.scrap(cast.storekeeper, depot.store, depot.part, 1, reason="坏", client_id="k1")


def test_no_more_comes_back_than_is_out(cast, depot):
    actions.receive(cast.storekeeper, depot.store, depot.part, 5)
    actions.issue(cast.engineer, depot.store, depot.part, 2, reason="更换")
    actions.give_back(cast.engineer, depot.store, depot.part, 1)
    with pytest.raises(ValidationError, match="只有 1 根"):
        actions.give_back(cast.engineer, depot.store, depot.part, 2)


def test_what_is_entered_late_was_there_at_its_time(cast, depot):
    made = actions.receive(cast.storekeeper, depot.store, depot.part, 5)[0]
    with pytest.raises(ValidationError, match="只有 0 根"):
        actions.issue(cast.engineer, depot.store, depot.part, 1, reason="更换", at=made.at - 60_000)
    actions.receive(cast.storekeeper, depot.store, depot.part, 1, at=made.at - 90_000_000)
    actions.issue(cast.engineer, depot.store, depot.part, 1, reason="更换", at=made.at - 60_000)
    with pytest.raises(ValidationError, match="不能晚于现在"):
        actions.receive(cast.storekeeper, depot.store, depot.part, 1, at=made.at + 9_000_000)
    yesterday = today() - timedelta(days=1)
    assert queries.total(queries.stock(cast.houses.unit, yesterday - timedelta(days=1)),
                         depot.part.pk) == 0


@pytest.mark.parametrize("who", ["reviewer", "engineer"])
def test_who_does_not_keep_the_store_does_not_receive(cast, depot, who):
    with pytest.raises(PermissionDenied):
        actions.receive(getattr(cast, who), depot.store, depot.part, 1)


def test_another_units_rows_do_not_exist(cast, depot):
    who = cast.storekeeper
    with pytest.raises(Part.DoesNotExist):
        actions.receive(who, depot.store, depot.their_part, 1)
    with pytest.raises(Store.DoesNotExist):
        actions.receive(who, depot.their_store, depot.part, 1)
    theirs = actions.receive(cast.outsider, depot.their_store, depot.their_part, 1, lot="A")[0]
    actions.receive(who, depot.store, depot.part, 1, lot="A")
    with pytest.raises(Store.DoesNotExist):
        actions.transfer(who, depot.store, depot.their_store, depot.part, 1)
    with pytest.raises(type(theirs.batch).DoesNotExist):
        actions.issue(who, depot.store, depot.part, 1, batch=theirs.batch, reason="更换")
    with pytest.raises(Move.DoesNotExist):
        actions.reverse(who, theirs, "录错")
    with pytest.raises(Part.DoesNotExist):
        catalogue.edit_part(who, depot.their_part, name="改名")
    with pytest.raises(Store.DoesNotExist):
        catalogue.edit_store(who, depot.their_store, name="改名")


def test_a_standby_machine_is_lent_and_comes_back(cast, depot, station, neighbour):
    machine = catalogue.add_part(cast.storekeeper, code="S-1", name="备用分析仪", kind="standby",
                                 unit="台")
    with pytest.raises(ValidationError, match="逐台"):
        actions.receive(cast.storekeeper, depot.store, machine, 1)
    one = actions.receive(cast.storekeeper, depot.store, machine, 1, serial="SN-1")[0].batch
    place, due = station().point, today() + timedelta(days=7)
    with pytest.raises(type(place).DoesNotExist):
        lending.lend(cast.engineer, depot.store, one, neighbour.point, due, "仪器返厂")
    loan = lending.lend(cast.engineer, depot.store, one, place, due, "仪器返厂")
    assert there(depot.store, machine) == 0
    with pytest.raises(ValidationError, match="尚未归还"):
        lending.lend(cast.engineer, depot.store, one, place, due, "仪器返厂")
    with pytest.raises(ValidationError, match="登记归还"):
        actions.reverse(cast.storekeeper, Move.objects.get(ref=f"loan:{loan.pk}"), "录错")
    lending.bring_back(cast.engineer, loan, depot.van)
    loan.refresh_from_db()
    assert (loan.returned, there(depot.van, machine)) == (today(), 1)
    assert queries.worn(cast.houses.unit) == []


def test_a_batch_keeps_its_expiry_and_a_serial_is_in_store_once(cast, depot):
    actions.receive(cast.storekeeper, depot.store, depot.part, 1, lot="A", expires=date(2030, 1, 1))
    with pytest.raises(ValidationError, match="不同批号"):
        actions.receive(cast.storekeeper, depot.store, depot.part, 1, lot="A",
                        expires=date(2031, 1, 1))
    actions.receive(cast.storekeeper, depot.store, depot.part, 1, serial="S1")
    with pytest.raises(ValidationError, match="已在库"):
        actions.receive(cast.storekeeper, depot.van, depot.part, 1, serial="S1")
