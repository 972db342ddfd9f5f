"""Which duties a company has: the delivered sets that it has switched on, and its own duties.

An own duty is entered as the facts of a duty file and read by the same loader, so that nothing can
be entered that a file could not say. One that is switched off stays known by its key in the set
``retired``, which nobody can switch on: records and clocks of the past still name it.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from qingyuan.areas.organisations.audit import audit, changes
from qingyuan.areas.organisations.models import Organisation
from qingyuan.areas.organisations.scope import Scope, require
from qingyuan.forms import load_forms
from qingyuan.standards import BadBook
from qingyuan.standards.duties import OWN, Duties, Duty, DutySet, interval_of
from qingyuan.standards.duty import KINDS, PLACES, TECHNIQUES
from qingyuan.standards.duty_entries import FileOfDuties

from .models import DutySetChoice, OwnDuty
from .queries import catalogue

RETIRED = DutySet("retired", "本单位已停用", False, "运维单位自行增加、已停用的项目。")
STANDARD = "本单位规定"
LEAD, COLD = 90, (-60, 50)  # d, degC
FACTS = frozenset({
    "name", "group", "kind", "form", "form_title", "where", "interval", "clause", "why", "months",
    "below", "invalidates", "prefill", "needs", "lead", "auto_calibration", "techniques",
})
log = logging.getLogger(__name__)


def duties_of(organisation: Organisation) -> Duties:
    """The delivered duties and the company's own; one query. The same content is one object."""
    rows = OwnDuty.objects.filter(organisation=organisation).order_by("id")
    return _with(tuple(
        (key, json.dumps(facts, sort_keys=True, ensure_ascii=False), active)
        for key, facts, active in rows.values_list("key", "facts", "active")))


def sets_of(organisation: Organisation) -> tuple[str, ...]:
    """Keys of the sets that are switched on, in the catalogue's order; one query."""
    known = {**catalogue().sets, OWN.key: OWN}
    chosen = dict(DutySetChoice.objects.filter(organisation=organisation).values_list("set", "on"))
    return tuple(key for key, own in known.items() if chosen.get(key, own.default))


@lru_cache(maxsize=256)
def _with(rows: tuple[tuple[str, str, bool], ...]) -> Duties:
    delivered = catalogue()
    forms, own = dict(delivered.forms), []
    for key, text, active in rows:
        facts = json.loads(text)
        try:
            own.append(read(key, facts, active=active))
        except ValidationError as error:
            # What was sound when it was entered may not be after an update; the rest must go on.
            log.warning("own duty %s is left out: %s", key, "; ".join(error.messages))
            continue
        forms.update(_own_forms(facts))
    sets = {**delivered.sets, OWN.key: OWN}
    if any(duty.set == RETIRED.key for duty in own):
        sets[RETIRED.key] = RETIRED
    return Duties((*delivered, *own), sets, forms)


def read(key: str, facts: Mapping[str, Any], *, active: bool = True) -> Duty:
    """The duty that the facts say; ValidationError with sentences by field."""
    _check(facts)
    entry = {name: value for name, value in facts.items()
             if name not in ("group", "form_title", "techniques") and value not in ("", None, [])}
    techniques = facts.get("techniques") or []
    if techniques:
        entry["form"] = dict.fromkeys(techniques, facts["form"])
    entry.setdefault("clause", _("本单位自定"))
    set_ = OWN if active else RETIRED
    group = {"name": facts.get("group") or _("本单位自定"),
             "duty": [{**entry, "key": f"{set_.key}.{key.partition('.')[2]}",
                       "status": "text", "source": STANDARD}]}
    reader = FileOfDuties(key, {
        "set": set_.key, "title": set_.title, "default": set_.default, "about": set_.about,
        "standard": STANDARD, "forms": _own_forms(facts), "group": [group]})
    try:
        reader.set()
        reader.forms()
        found = list(reader.duties())
    except (BadBook, TypeError, ValueError) as error:
        raise ValidationError(str(error)) from error
    if reader.faults or not found:
        raise ValidationError([fault.partition(": ")[2] for fault in reader.faults])
    return replace(found[0], key=key)


def _own_forms(facts: Mapping[str, Any]) -> dict[str, str]:
    code = str(facts.get("form") or "")
    return {code: str(facts.get("form_title") or code)} if code.startswith("own.") else {}


def _check(facts: Mapping[str, Any]) -> None:
    """The mistakes that people make, in their words; the loader finds all others."""
    wrong: dict[str, str] = {}
    unknown = facts.keys() - FACTS
    if unknown:
        raise ValidationError(_("不认识的内容：%s") % "、".join(sorted(unknown)))
    if not str(facts.get("name") or "").strip():
        wrong["name"] = _("请填写项目名称")
    if facts.get("kind") not in KINDS:
        wrong["kind"] = _("请选择设施类型")
    if facts.get("where") not in PLACES:
        wrong["where"] = _("请选择现场或远程")
    if interval_of(str(facts.get("interval") or "")) is None:
        wrong["interval"] = _("周期写作 7d（天）、24h（小时）、3m（月），或 day、week、month、"
                              "quarter、half_year、year")
    if facts.get("where") == "remote" and not facts.get("prefill"):
        wrong["prefill"] = _("远程项目须选择由哪类数据预填")
    form = str(facts.get("form") or "")
    if not form.startswith("own.") and form not in catalogue().forms and form not in load_forms():
        wrong["form"] = _("没有这张记录表；自定记录表的编号以 own. 开头")
    lead = facts.get("lead")
    if isinstance(lead, int) and not 0 <= lead <= LEAD:
        wrong["lead"] = _("应为 0 到 %d 天") % LEAD
    below = facts.get("below")
    if isinstance(below, int | float) and not COLD[0] <= below <= COLD[1]:
        wrong["below"] = _("应为 %d 到 %d ℃") % COLD
    techniques = facts.get("techniques") or []
    if techniques and (facts.get("kind") != "gas" or set(techniques) - set(TECHNIQUES)):
        wrong["techniques"] = _("只有废气设施区分采样方式")
    if wrong:
        raise ValidationError(wrong)


@transaction.atomic
def choose_set(scope: Scope, key: str, on: bool) -> DutySetChoice:
    """Switch a set on or off for the scope's company. Clocks follow when they are refreshed."""
    require(scope, "choose_duties")
    if key not in {**catalogue().sets, OWN.key: OWN}:
        raise ValidationError({"set": _("没有这套项目")})
    row = DutySetChoice.objects.select_for_update().filter(
        organisation=scope.organisation, set=key).first()
    before = None if row is None else {"on": row.on}
    if row is not None and row.on == on:
        return row
    row = row or DutySetChoice(organisation=scope.organisation, set=key)
    row.on = on
    row.save()
    audit(scope, "choose_set", row, before, {"set": key, "on": on})
    return row


@transaction.atomic
def add_own_duty(scope: Scope, *, key: str = "", **facts: Any) -> OwnDuty:
    """Enter an own duty; ``key`` begins with ``own.``, without one it is numbered. ``facts`` are
    those of FACTS: name, kind, where, form, interval are needed."""
    require(scope, "choose_duties")
    Organisation.objects.select_for_update(no_key=True).get(pk=scope.organisation.pk)
    held = set(OwnDuty.objects.filter(organisation=scope.organisation).values_list(
        "key", flat=True))
    key = key or next(k for k in (f"own.n{n}" for n in range(1, len(held) + 2)) if k not in held)
    if not key.startswith("own."):
        raise ValidationError({"key": _("编号以 own. 开头")})
    if key in held:
        raise ValidationError({"key": _("已有这个编号")})
    read(key, facts)
    row = OwnDuty(organisation=scope.organisation, key=key, facts=facts)
    row.full_clean(exclude=["facts"])
    row.save()
    audit(scope, "add_own_duty", row, None, {"key": key, **facts})
    return row


@transaction.atomic
def edit_own_duty(scope: Scope, duty: OwnDuty, **facts: Any) -> OwnDuty:
    """Change what is said of an own duty; the facts not named stay."""
    require(scope, "choose_duties")
    row = own_duties_of(scope).select_for_update(of=("self",)).get(pk=duty.pk)
    new = {**row.facts, **facts}
    read(row.key, new)
    names = [name for name in new if new[name] != row.facts.get(name)]
    if names:
        before = {name: row.facts.get(name) for name in names}
        row.facts = new
        row.save(update_fields=["facts"])
        audit(scope, "edit_own_duty", row, before, {name: new[name] for name in names})
    return row


@transaction.atomic
def switch_own_duty(scope: Scope, duty: OwnDuty, on: bool) -> OwnDuty:
    """Ask an own duty no longer, or again. It is never deleted: records name it."""
    require(scope, "choose_duties")
    row = own_duties_of(scope).select_for_update(of=("self",)).get(pk=duty.pk)
    before, after = changes(row, {"active": on})
    if after:
        row.active = on
        row.save(update_fields=["active"])
        audit(scope, "switch_own_duty", row, before, after)
    return row


def own_duties_of(scope: Scope) -> Any:
    """The company's own duties, those switched off too."""
    require(scope, "see_duties")
    return OwnDuty.objects.filter(organisation=scope.organisation)
