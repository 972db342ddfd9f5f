"""Commitments as facts of ``qingyuan capability``."""

from datetime import date, timedelta

from qingyuan.areas.organisations.models import Organisation

from .models import Commitment


def commitments(unit: Organisation) -> dict[int, tuple[date, date | None]]:
    """Staff → (first signed, last day it holds without a gap from then on, None for open)."""
    found: dict[int, tuple[date, date | None]] = {}
    for staff, signed, until, withdrawn in Commitment.objects.filter(
            organisation=unit).order_by("signed_on", "pk").values_list(
                "staff", "signed_on", "holds_until", "withdrawn_on"):
        if withdrawn is not None:
            last = withdrawn - timedelta(days=1)
            if last < signed:
                continue
            until = last if until is None else min(until, last)
        held = found.get(staff)
        if held is None or held[1] is not None and signed > held[1] + timedelta(days=1):
            found[staff] = (held[0] if held else signed, until)
        elif held[1] is not None:
            found[staff] = (held[0], None if until is None else max(held[1], until))
    return found
