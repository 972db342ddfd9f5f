"""What is said of a unit today, said anew when something has changed, and kept."""

import re
import time
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Max, Q

from qingyuan.areas.assets.models import MonitoringPoint
from qingyuan.areas.assets.queries import today
from qingyuan.areas.organisations.models import AuditLine, Organisation
from qingyuan.assess.capability.answer import answer
from qingyuan.assess.capability.evaluate import evaluate
from qingyuan.assess.capability.facts import Facts
from qingyuan.assess.capability.verdict import Verdict

from . import absences, forecast, gather, standing
from .models import Evaluation

AREAS = ("people", "conduct", "means", "laboratory", "documents", "supplies", "materials",
         "assets", "rules", "capability")
"""What a change of these changes the facts at once; work done is looked at once an hour."""
HOUR = 3_600_000
SHOWN = 200  # pieces of evidence that a kept verdict shows of a reading
_LETTERS = {True: "y", False: "n", None: "?"}
_POINT = re.compile(r"point:(\d+)")


def now_ms() -> int:
    """Epoch milliseconds."""
    return round(time.time() * 1000)


def last(unit: Organisation, day: date) -> Evaluation | None:
    """What was said last on a day."""
    return Evaluation.objects.filter(organisation=unit, day=day).order_by(
        "-said_at", "-id").first()


def current(unit: Organisation, now: int | None = None) -> Evaluation:
    """What is said today: what was said last while nothing has changed since, else said anew."""
    moment = now_ms() if now is None else now
    held = last(unit, today())
    return held if held is not None and fresh(held, moment) else say(unit, moment)


def fresh(held: Evaluation, now: int) -> bool:
    """Whether what was said still stands: no act since that changes facts, and not an hour old."""
    if held.said_at < now - HOUR:
        return False
    prefixes = Q()
    for area in AREAS:
        prefixes |= Q(kind__startswith=f"{area}.")
    return not AuditLine.objects.filter(
        prefixes, organisation=held.organisation_id, id__gt=held.seen).exists()


def say(unit: Organisation, now: int | None = None) -> Evaluation:
    """Evaluate the unit today and keep it: as a new row when a verdict has changed or the day has,
    else in the day's last row."""
    moment, day = now_ms() if now is None else now, today()
    seen = AuditLine.objects.filter(organisation=unit).aggregate(last=Max("id"))["last"] or 0
    rules = standing.book(unit)
    facts = gather.facts(unit, day)
    digest = gather.digest(facts, f"{day} {rules.book.fingerprint} {rules.chain}")
    held = last(unit, day)
    if held is not None and held.digest == digest:
        held.said_at, held.seen = moment, seen
        held.save(update_fields=["said_at", "seen"])
        return held
    found = evaluate(facts, day, rules.book, rules.chain)
    passes = "".join(_LETTERS[one.default.passed] for one in found)
    row = held if held is not None and held.passes == passes else Evaluation(
        organisation=unit, day=day)
    row.said_at, row.seen, row.digest, row.passes = moment, seen, digest, passes
    row.verdicts = named([slim(one) for one in found])
    row.forecast = named(_coming(unit, facts, day, rules))
    row.save()
    return row


def _coming(unit: Organisation, facts: Facts, day: date, rules: Any) -> list[dict[str, Any]]:
    return [{"day": one.day.isoformat(), "check": one.check, "title": one.title,
             "before": one.before, "after": one.after, "sentence": one.sentence,
             "causes": list(one.causes)}
            for one in forecast.of(facts, day, rules, plans=forecast.plans(unit),
                                   away=absences.of(unit, day, forecast.DAYS))]


def slim(verdict: Verdict) -> dict[str, Any]:
    """A verdict as the API answers it, with its title, and of the evidence what is not in order."""
    found: dict[str, Any] = {**answer(verdict), "title": verdict.title}
    for one in (found, *found["readings"]):
        one["evidence"] = [fact for fact in one["evidence"] if fact["ok"] is not True][:SHOWN]
    return found


def named(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same with points by their names where a sentence says their ids."""
    texts = list(_texts(rows))
    wanted = {int(pk) for text in texts for pk in _POINT.findall(text)}
    if not wanted:
        return rows
    names = dict(MonitoringPoint.objects.filter(pk__in=wanted).values_list("pk", "name"))

    def spoken(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: spoken(one, name) for name, one in value.items()}
        if isinstance(value, list):
            return [spoken(one, key) for one in value]
        if isinstance(value, str) and key != "id":
            return _POINT.sub(lambda hit: names.get(int(hit[1]), hit[0]), value)
        return value
    return [spoken(row) for row in rows]


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def history(unit: Organisation, code: str, most: int = 60) -> list[dict[str, Any]]:
    """When what was said of a check changed, newest first: day, instant, and the verdict since."""
    place, found = standing.CODES.index(code), []
    before = ""
    for day, at, passes in Evaluation.objects.filter(organisation=unit).order_by(
            "day", "said_at", "id").values_list("day", "said_at", "passes"):
        letter = passes[place:place + 1]
        if letter != before:
            found.append({"day": day, "at": at, "state": STATE[letter]})
        before = letter
    return found[::-1][:most]


STATE = {"y": "yes", "n": "no", "?": "unknown", "": "unknown"}


def state(passed: bool | None) -> str:
    """The code of a verdict's badge."""
    return STATE[_LETTERS[passed]]
