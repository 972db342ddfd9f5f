"""Reads on commitments: the text in force, who has signed, who has not."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, may
from qingyuan.areas.people.models import Staff
from qingyuan.areas.people.queries import in_service

from .models import Commitment, CommitmentText

SHIPPED = Path(__file__).parent / "data" / "commitment.toml"
STATES = ("signed", "expiring", "missing", "again", "expired")
SOON = 60  # days


@dataclass(frozen=True, slots=True)
class Standing:
    """A person who must sign: ``state`` signed, expiring, missing (never), again (a newer text),
    expired; ``held`` the newest signature that was not withdrawn."""

    staff: Staff
    state: str
    held: Commitment | None


@cache
def shipped() -> dict[str, Any]:
    """The text that is delivered: title, clauses, status, note."""
    return tomllib.loads(SHIPPED.read_text("utf-8"))


def texts_of(scope: Scope) -> QuerySet[CommitmentText]:
    """All versions of the unit, the newest first."""
    if not may(scope, "see_commitments"):
        return CommitmentText.objects.none()
    return CommitmentText.objects.filter(organisation=scope.organisation)


def in_force(unit: Organisation, day: date) -> CommitmentText | None:
    """The version that is to be signed on a day."""
    return CommitmentText.objects.filter(
        organisation=unit, effective__lte=day).order_by("-effective", "-version").first()


def commitments_of(scope: Scope) -> QuerySet[Commitment]:
    """The unit's signatures."""
    if not may(scope, "see_commitments"):
        return Commitment.objects.none()
    return Commitment.objects.filter(organisation=scope.organisation).select_related(
        "staff", "text")


def standings(scope: Scope, day: date) -> list[Standing]:
    """Everybody in service whose post must sign, and how they stand. Three queries."""
    text = in_force(scope.organisation, day)
    if text is None or not may(scope, "see_commitments"):
        return []
    newest: dict[int, Commitment] = {}
    for one in Commitment.objects.filter(
            organisation=scope.organisation, withdrawn_on=None).select_related("text").order_by(
                "signed_at"):
        newest[one.staff_id] = one
    return [Standing(staff, _state(newest.get(staff.pk), text, day), newest.get(staff.pk))
            for staff in in_service(scope.organisation, day)
            if not text.posts or set(text.posts) & set(staff.posts)]


def _state(held: Commitment | None, text: CommitmentText, day: date) -> str:
    if held is None:
        return "missing"
    if held.holds_until is not None and held.holds_until < day:
        return "expired"
    if text.again and held.text.version < text.version:
        return "again"
    soon = held.holds_until is not None and (held.holds_until - day).days <= SOON
    return "expiring" if soon else "signed"
