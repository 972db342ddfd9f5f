"""What of a run goes into the register of findings, and when it leaves it again."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from qingyuan.areas.findings import register
from qingyuan.areas.findings.models import Finding, FindingEntry, State
from qingyuan.areas.findings.register import PLATFORM, SHUT, Raise, shut

from ..models import CrossCheck, Record, RecordState

RECORD_WITHOUT_MARK, MARK_WITHOUT_RECORD = "work_without_mark", "mark_without_record"


def tell(row: Record, check: CrossCheck, at: int, before: Iterable[str]) -> None:
    """Raise what a run found, end what it no longer finds. ``before`` are the codes of the run
    before: what a reviewer has accepted with them is not raised anew."""
    codes = {one["code"] for one in check.signals}
    decided = row.state != RecordState.SUBMITTED
    if check.flagged and (not decided or (
            row.state == RecordState.ACCEPTED and codes - set(before))):
        _raise(row, check, at)
    elif not decided and not _flagged_beside(row, check):
        _close(row, [key_of(check)], at, PLATFORM, _("重新核对后没有疑点，自动关闭"), "none")
    _marks(row, check, at)


def settle(
    row: Record, check: CrossCheck, at: int, who: str, text: str, handling: str
) -> None:
    """The record is decided on: the visit's finding ends with the last flagged record of it."""
    keys = [] if _flagged_beside(row, check) else [key_of(check)]
    if row.state != RecordState.ACCEPTED:
        keys += [without_mark(row)]
    _close(row, keys, at, who, text, handling)


def key_of(check: CrossCheck) -> str:
    """One finding a visit, whichever of its records are in doubt."""
    return f"cross_check:{check.visit}"


def without_mark(row: Record) -> str:
    """The key of a record that has no mark."""
    return f"record_without_mark:{row.pk}"


def _raise(row: Record, check: CrossCheck, at: int) -> None:
    rows = [check, *_beside(row, check)]
    rows.sort(key=lambda one: -one.score)
    sentences = list(dict.fromkeys(
        signal["sentence"] for one in rows for signal in one.signals))
    register.raise_finding(row.organisation, Raise(
        "cross_check", key_of(check), f"{rows[0].record.title}：{sentences[0]}", at,
        point=row.point, since=check.since, until=check.until, ref=f"record:{rows[0].record_id}",
        detail={"sentences": sentences[:20], "score": round(rows[0].score, 3),
                "records": [one.record_id for one in rows],
                "since": check.since, "until": check.until}))


def _beside(row: Record, check: CrossCheck) -> list[CrossCheck]:
    """The other flagged records of the visit that wait for their review."""
    if not check.visit:
        return []
    return list(CrossCheck.objects.filter(
        visit=check.visit, flagged=True, record__state=RecordState.SUBMITTED,
        record__organisation=row.organisation_id,
    ).exclude(pk=check.pk).select_related("record"))


def _flagged_beside(row: Record, check: CrossCheck) -> bool:
    return bool(_beside(row, check))


def _marks(row: Record, check: CrossCheck, at: int) -> None:
    """A record without its mark, for as long as there is none."""
    mine = [one for one in check.signals if one["code"] == RECORD_WITHOUT_MARK]
    if not mine:
        register.ended(row.organisation, [without_mark(row)], at)
        return
    register.raise_finding(row.organisation, Raise(
        "record_without_mark", without_mark(row), mine[0]["sentence"], at, point=row.point,
        since=check.since, ref=f"record:{row.pk}",
        detail={"sentences": [one["sentence"] for one in mine], "records": [row.pk],
                "since": check.since, "until": check.until}))


def _close(
    row: Record, keys: list[str], at: int, who: str, text: str, handling: str
) -> None:
    """Close open findings by key; what was done on them before stays in their log."""
    found = list(Finding.objects.select_for_update(of=("self",)).filter(
        organisation=row.organisation_id, open=True, key__in=keys))
    for one in found:
        one.ended_at = one.ended_at or at
        one.handling = one.handling or handling
        one.handled_at, one.handled_by = one.handled_at or at, one.handled_by or who[:128]
        one.text = one.text or text[:800]
        if one.state != State.VERIFIED:
            one.verified_at, one.verified_by = at, who[:128]
        shut(one, at, who)
    Finding.objects.bulk_update(found, [
        "ended_at", "handling", "handled_at", "handled_by", "text", "verified_at", "verified_by",
        *SHUT])
    FindingEntry.objects.bulk_create(
        FindingEntry(finding=one, at=at, who=who[:128], verb="close", text=text[:800])
        for one in found)
