"""The checks C01 to C21 in order, and the evaluation of one unit on one day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from qingyuan.assess.capability import certificates, numbers, papers, places, supplies
from qingyuan.assess.capability.facts import Facts
from qingyuan.assess.capability.row import BadFacts
from qingyuan.assess.capability.situation import Situation
from qingyuan.assess.capability.verdict import Outcome, Verdict, missing
from qingyuan.standards import BadBook, Book, Override, Unregulated

_LINK = "permit:facts"
_ALWAYS = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Check:
    """``rule`` is the provision that gives the clause; a boolean one that is false switches the
    check off."""

    code: str
    title: str
    rule: str
    judge: Callable[[Situation], tuple[Outcome, ...]]


CHECKS: tuple[Check, ...] = (
    Check("C01", "经营范围", "capability.scope.required", places.scope),
    Check("C02", "办公场所面积", "capability.office.area_min", places.area),
    Check("C03", "环境条件", "capability.rooms.required", places.rooms),
    Check("C04", "运维人员数量", "capability.om_staff.min", numbers.om_staff),
    Check("C05", "人员类型", "capability.staff_types.required", numbers.staff_types),
    Check("C06", "持证上岗", "capability.certificates.required", certificates.certificates),
    Check("C07", "新入职取证", "capability.newcomer.months", certificates.newcomers),
    Check("C08", "督查人员配置", "capability.supervisor.points", numbers.supervisors),
    Check("C09", "人均维护点位", "capability.om_staff.points_max", numbers.load),
    Check("C10", "自律承诺书", "capability.commitment.required", certificates.commitments),
    Check("C11", "管理制度", "capability.systems.required", papers.systems),
    Check("C12", "信息化平台", "capability.platform.required", papers.platform),
    Check("C13", "独立备件库", "capability.store.required", supplies.store),
    Check("C14", "易损易耗品库存", "capability.consumable.share", supplies.consumables),
    Check("C15", "核心备件储备", "capability.core_spare.required", supplies.core_spares),
    Check("C16", "核心备件替代能力", "capability.core_spare.compatible", supplies.compatible),
    Check("C17", "标准物质", "capability.material.required", supplies.materials),
    Check("C18", "运维车辆", "capability.vehicle.sets", places.vehicles),
    Check("C19", "维护工具", "capability.tools.required", supplies.tools),
    Check("C20", "实验室资质", "capability.lab.required", papers.laboratory),
    Check("C21", "备案", "capability.filing.required", papers.filing),
)


def evaluate(
    facts: Facts, day: date, book: Book, scope: Sequence[str] = ()
) -> tuple[Verdict, ...]:
    """One verdict for each of CHECKS, in order, on a China day.

    ``scope`` is the chain of links whose figures go before the national ones, nearest first; the
    facts' own region and rules are not looked at, see ``under_own_rules``. Unregulated where the
    book has no figure for the day.
    """
    situation = Situation(facts, day, book, scope)
    return tuple(_verdict(check, situation) for check in CHECKS)


def under_own_rules(facts: Facts, day: date, book: Book) -> tuple[Verdict, ...]:
    """The same under the rules and the region that the facts name. BadFacts for a rule that the
    book does not know or a day that it has no figures for."""
    links = tuple(dict.fromkeys(f"region:{facts.region[:n]}"
                                for n in (6, 4, 2))) if facts.region else ()
    try:
        own = book.with_overrides(
            Override(name, value, _LINK, _ALWAYS, clause="facts [rules]", source="facts")
            for name, value in facts.rules.items())
        return evaluate(facts, day, own, (_LINK, *links))
    except BadBook as error:
        sentence = error.problems[0].partition(": ")[2] or error.problems[0]
        raise BadFacts(f"rules: {sentence}") from None
    except Unregulated as error:
        raise BadFacts(f"the book of rules has no figure for {day}: {error}") from None


def _verdict(check: Check, situation: Situation) -> Verdict:
    rule = situation.rule(check.rule)
    off = rule.value is False
    outcomes = missing("适用的规则不要求此项。") if off else check.judge(situation)
    return Verdict(check.code, check.title, rule.cite(), rule.status, outcomes)
