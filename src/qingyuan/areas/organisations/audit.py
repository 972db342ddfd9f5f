"""The audit trail: plain lines in the act's own transaction, sealed into a chain by the worker.

``link = SHA-256(previous link of the organisation + the line as canonical JSON)``. Sealing gives a
line its sequence; whoever changes, removes or inserts a sealed line breaks the chain from there on.
"""

import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import models, transaction

from .models import AuditLine
from .scope import Scope

GENESIS = "0" * 64
# Never written into a line, whatever model they belong to; the line says only that they changed.
SECRET = frozenset({"password", "sm4_key"})
SEALED = ("at", "organisation_id", "user_id", "who", "role", "address", "verb", "kind",
          "object_id", "object_name", "before", "after")


def audit(
    scope: Scope,
    verb: str,
    obj: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    at: int | None = None,
) -> AuditLine:
    """Write one line in the running transaction. ``before``/``after`` hold only what changed;
    instants in epoch milliseconds."""
    return AuditLine.objects.create(
        at=round(time.time() * 1000) if at is None else at,
        organisation=scope.organisation,
        user=scope.user,
        who=scope.who[:128],
        role=scope.role,
        address=scope.address[:64],
        verb=verb,
        kind=obj._meta.label_lower,
        object_id=str(obj.pk),
        object_name=str(obj)[:200],
        before=None if before is None else public(before),
        after=None if after is None else public(after),
    )


def public(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as JSON can hold them, secrets replaced.

    >>> public({"mn": "A1", "password": "123456", "sm4_key": ""})
    {'mn': 'A1', 'password': '(secret)', 'sm4_key': ''}
    """
    plain = {name: "(secret)" if name in SECRET and value else value
             for name, value in facts.items()}
    return orjson.loads(orjson.dumps(plain, default=str, option=orjson.OPT_SORT_KEYS))


def changes(old: models.Model, new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(before, after) of the fields in ``new`` that differ from the object."""
    names = [name for name, value in new.items() if getattr(old, name) != value]
    return {name: getattr(old, name) for name in names}, {name: new[name] for name in names}


def seal(limit: int = 5000) -> int:
    """Append unsealed lines to their organisations' chains; how many. May run at any time."""
    with transaction.atomic():
        lines = list(
            AuditLine.objects.select_for_update().filter(sequence=None).order_by("id")[:limit]
        )
        ends: dict[int, tuple[int, str]] = {}
        for line in lines:
            owner = line.organisation_id
            sequence, link = ends.get(owner) or _end(owner)
            line.sequence, line.link = sequence + 1, link_of(link, line)
            ends[owner] = (line.sequence, line.link)
        AuditLine.objects.bulk_update(lines, ["sequence", "link"], batch_size=500)
    return len(lines)


def _end(organisation: int) -> tuple[int, str]:
    last = (
        AuditLine.objects.filter(organisation=organisation, sequence__isnull=False)
        .order_by("-sequence").values_list("sequence", "link").first()
    )
    return last or (0, GENESIS)


def link_of(previous: str, line: AuditLine) -> str:
    """The line's link in hex."""
    facts = [getattr(line, name) for name in SEALED]
    return hashlib.sha256(
        previous.encode() + orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
    ).hexdigest()


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What ``verify_audit`` found: sealed lines read, lines still unsealed, broken places."""

    lines: int
    unsealed: int
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


def verify_audit() -> AuditReport:
    """Walk every organisation's chain."""
    problems: list[str] = []
    count = 0
    sealed = AuditLine.objects.filter(sequence__isnull=False)
    sealed = sealed.order_by("organisation_id", "sequence")
    previous: tuple[int, int, str] = (0, 0, GENESIS)
    for line in sealed.iterator(chunk_size=1000):
        count += 1
        owner, sequence, link = previous
        if owner != line.organisation_id:
            owner, sequence, link = line.organisation_id, 0, GENESIS
        problems += _break(line, sequence, link)
        previous = (owner, line.sequence, line.link)
    unsealed = AuditLine.objects.filter(sequence=None).count()
    return AuditReport(count, unsealed, tuple(problems))


def _break(line: AuditLine, sequence: int, link: str) -> Iterable[str]:
    place = f"organisation {line.organisation_id} line {line.sequence}"
    if line.sequence != sequence + 1:
        yield f"{place}: follows line {sequence}, so lines between them are missing"
    elif line.link != link_of(link, line):
        yield f"{place}: the link does not fit, so this line or the one before it was changed"
