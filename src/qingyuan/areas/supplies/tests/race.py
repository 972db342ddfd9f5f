"""Random moves by several threads at once: the books after them.

    python -m qingyuan.areas.supplies.tests.race --data FOLDER --seconds 60

Every thread receives, issues, gives back, transfers, counts, scraps and takes back at random, some
requests twice, in two stores and three parts of one unit. Afterwards: no balance is negative, every
balance is the sum of its moves, every request that was answered is in the ledger once, and no other
is. ``--data`` has its tables made; without it a new installation is made in a temporary folder.
"""

import argparse
import json
import random
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

PARTS, BATCHES = 3, 2
FULL = 12  # pieces to begin with, so that threads run into zero all the time


def race(threads: int, moves: int, seed: int, seconds: float = 0) -> dict[str, Any]:
    """``moves`` of each thread, or as many as fit in the seconds; what was found wrong is in
    ``wrong`` ([] for nothing). On the database that Django is set up for."""
    from django.db import connection

    scope, stores, parts = _stage(seed)
    done: list[dict[str, int]] = [{} for _ in range(threads)]
    broken: list[str] = []
    end = time.monotonic() + seconds

    def run(number: int) -> None:
        luck = random.Random(seed * 1000 + number)
        try:
            step = 0
            while step < moves if not seconds else time.monotonic() < end:
                step += 1
                _one(scope, stores, parts, luck, f"{number}:{step}", done[number])
        except Exception as error:  # any failure of a thread is the finding of the test
            broken.append(f"thread {number}: {error!r}")
        finally:
            connection.close()

    began = time.perf_counter()
    crew = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for one in crew:
        one.start()
    for one in crew:
        one.join()
    spent = time.perf_counter() - began
    answered = {key: count for each in done for key, count in each.items()}
    return {"database": connection.vendor, "threads": threads, "requests": len(answered),
            "refused": sum(count == 0 for count in answered.values()),
            "requests_a_second": round(len(answered) / spent, 1),
            "wrong": broken + _wrong(scope, answered)}


def _stage(seed: int) -> tuple[Any, list[Any], list[Any]]:
    from qingyuan.areas.organisations.models import Membership, Organisation, User
    from qingyuan.areas.organisations.scope import Scope
    from qingyuan.areas.supplies import actions, catalogue

    unit = Organisation.objects.create(kind="om_unit", name=f"示例竞赛公司 {seed}")
    user = User.objects.create(username=f"race-{seed}", name="示例库管")
    Membership.objects.create(user=user, organisation=unit, role="manager")
    scope = Scope(unit, "manager", user)
    stores = [catalogue.add_store(scope, name=name, own=True, shared=False)
              for name in ("一库", "二库")]
    parts = [catalogue.add_part(scope, code=f"R-{n}", name=f"示例件 {n}", kind="consumable")
             for n in range(PARTS)]
    for part in parts:
        for lot in range(BATCHES):
            actions.receive(scope, stores[0], part, FULL, lot=str(lot), client_id=(
                f"stage:{part.pk}:{lot}"))
    return scope, stores, parts


def _one(
    scope: Any, stores: list[Any], parts: list[Any], luck: random.Random, key: str,
    done: dict[str, int],
) -> None:
    """One request, now and then sent twice; how many moves it was answered with."""
    from django.core.exceptions import ValidationError

    for _again in range(luck.choice((1, 1, 2))):
        state = luck.getstate()
        try:
            made = _act(scope, stores, parts, luck, key)
        except ValidationError:
            done.setdefault(key, 0)
        else:
            done[key] = made
        luck.setstate(state)
    luck.random()


def _act(
    scope: Any, stores: list[Any], parts: list[Any], luck: random.Random, key: str
) -> int:
    from qingyuan.areas.supplies import actions
    from qingyuan.areas.supplies.models import Batch, Move

    verb = luck.choice(("receive", "issue", "issue", "issue", "give_back", "transfer", "transfer",
                        "count", "scrap", "reverse"))
    part, count = luck.choice(parts), luck.randint(1, 8)
    store, other = luck.sample(stores, 2)
    lot, nth = str(luck.randrange(BATCHES)), luck.randrange(40)
    if verb == "reverse":
        rows = Move.objects.filter(organisation=scope.organisation).order_by("-id")
        row = rows[nth:nth + 1].first()
        if row is not None:
            actions.reverse(scope, row, "示例冲正")
        return 0  # a counter-move bears no request of its own
    if verb == "receive":
        made = actions.receive(scope, store, part, count, lot=lot, client_id=key)
    elif verb == "transfer":
        made = actions.transfer(scope, store, other, part, count, client_id=key)
    elif verb == "count":
        batch = Batch.objects.get(part=part, lot=lot)
        made = actions.count(scope, store, part, count, batch=batch, reason="盘点", client_id=key)
    elif verb == "scrap":
        made = actions.scrap(scope, store, part, count, reason="老化", client_id=key)
    elif verb == "issue":
        made = actions.issue(scope, store, part, count, reason="更换", client_id=key)
    else:
        made = actions.give_back(scope, store, part, count, client_id=key)
    return len(made)


def _wrong(scope: Any, answered: dict[str, int]) -> list[str]:
    from collections import Counter

    from qingyuan.areas.supplies.models import Balance, Move
    from qingyuan.areas.supplies.queries import worn

    own = Move.objects.filter(organisation=scope.organisation)
    found = worn(scope.organisation)
    found += [f"balance {row.pk} is {row.quantity}" for row in Balance.objects.filter(
        store__organisation=scope.organisation, quantity__lt=0)]
    written = Counter(key for key in own.exclude(client_id="").values_list("client_id", flat=True)
                      if not key.startswith("stage:"))
    found += [f"request {key}: {count} moves answered, {written[key]} in the ledger"
              for key, count in answered.items() if written[key] != count]
    found += [f"request {key} is in the ledger and was refused" for key in written.keys()
              - answered.keys()]
    levels: dict[tuple[int, int], int] = {}
    for store, batch, quantity in own.order_by("id").values_list("store", "batch", "quantity"):
        place = store, batch
        levels[place] = levels.get(place, 0) + quantity
        if levels[place] < 0:
            found.append(f"store {store}, batch {batch} was below zero")
    return found


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--data", type=Path)
    p.add_argument("--threads", type=int, default=4)
    p.add_argument("--moves", type=int, default=40)
    p.add_argument("--seconds", type=float, default=0)
    p.add_argument("--seed", type=int, default=1)
    args = p.parse_args()
    from qingyuan.cli.installation import opened

    with ExitStack() as stack:
        folder = args.data or Path(stack.enter_context(tempfile.TemporaryDirectory("-stock")))
        opened(folder, migrate=args.data is None)
        report = race(args.threads, args.moves, args.seed, args.seconds)
    print(json.dumps(report, ensure_ascii=False, indent=1))  # noqa: T201
    return 1 if report["wrong"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
