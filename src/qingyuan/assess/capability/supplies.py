"""What lies in store: C13 to C17, and tools (C19)."""

from collections.abc import Sequence
from fractions import Fraction

from qingyuan.assess.capability.facts import Consumable, CoreSpare, Material
from qingyuan.assess.capability.situation import Situation
from qingyuan.assess.capability.verdict import PLAIN, Evidence, Outcome, missing, ordered, said
from qingyuan.assess.records.answer import agreed

_WORDS = {"gas": "废气", "water": "废水"}
_BASES = {"monthly_use": "月使用量", "installed": "设备保有量"}
Asked = tuple[str, Fraction | None, Fraction | None, str]
"""An item, its stock, what it is held against, and what the sentence calls that."""


def store(s: Situation) -> tuple[Outcome, ...]:
    """C13: the spare store is the unit's own, is not shared and has standby machines."""
    own = s.facts.store
    if own is None:
        return missing("缺少备件库情况（[store]），无从评价。")
    fewest = int(s.figure("capability.store.standby_min"))
    machines = own.standby_machines
    parts: list[tuple[bool | None, str]] = [
        (own.own, _told(own.own, "备件库为本单位所有", "备件库不属本单位", "是否自有未填（own）")),
        (None if own.shared is None else not own.shared,
         _told(own.shared, "与他人共用", "未与他人共用", "是否共用未填（shared）")),
        (None if machines is None else machines >= fewest,
         "备机数未填（standby_machines）" if machines is None
         else f"备机 {machines} 台，至少 {fewest} 台"),
    ]
    good = sum(ok is True for ok, _ in parts)
    return (Outcome(PLAIN, agreed(ok for ok, _ in parts), good, len(parts),
                    "，".join(text for _, text in parts) + "。",
                    tuple(Evidence("store", "", ok, text) for ok, text in parts)),)


def _told(flag: bool | None, yes: str, no: str, unknown: str) -> str:
    return unknown if flag is None else yes if flag else no


def consumables(s: Situation) -> tuple[Outcome, ...]:
    """C14: stock of each item > 110 % of its monthly use, or of the pieces installed where the use
    is not told; the other reading goes by the pieces installed."""
    default = str(s.rule("capability.consumable.basis").value)
    other = next(word for word in _BASES if word != default)
    items = s.facts.consumables
    if not items:
        return missing("缺少易损易耗品（[[consumable]]），无从评价。", default, other)
    share = s.figure("capability.consumable.share")
    if all(_basis(one, default) is None for one in items):  # the fallback is then the whole reading
        default, other = other, default
    bases = {default: (default, other), other: (other,)}
    return tuple(_stocks(word, "consumable", [_asked(one, share, *own) for one in items],
                         strict=True) for word, own in bases.items())


def _basis(one: Consumable, basis: str) -> Fraction | None:
    return one.monthly_use if basis == "monthly_use" else one.installed


def _asked(one: Consumable, share: Fraction, *bases: str) -> Asked:
    for basis in bases:
        amount = _basis(one, basis)
        if amount is not None:
            percent = said(share * 100)
            return (one.name, one.stock, share * amount,
                    f"{_BASES[basis]} {said(amount)} 的 {percent}%")
    return one.name, one.stock, None, f"{'或'.join(_BASES[basis] for basis in bases)}未填"


def core_spares(s: Situation) -> tuple[Outcome, ...]:
    """C15: stock of each core spare > failure rate × sets (``above``), or ≥ (``at_least``)."""
    items = s.facts.core_spares
    if not items:
        return missing("缺少核心备件（[[core_spare]]），无从评价。", "above", "at_least")
    asked = [_needed(one) for one in items]
    return ordered(s.rule("capability.core_spare.compare").value,
                   _stocks("above", "core_spare", asked, strict=True),
                   _stocks("at_least", "core_spare", asked, strict=False))


def _needed(one: CoreSpare) -> Asked:
    if one.failure_rate is None or one.sets is None:
        return one.name, one.stock, None, "故障率或台套数未填（failure_rate_per_month、sets）"
    return (one.name, one.stock, one.failure_rate * one.sets,
            f"故障率 {said(one.failure_rate * 100)}%/月 × {said(one.sets)} 套")


def _stocks(reading: str, kind: str, asked: Sequence[Asked], strict: bool) -> Outcome:
    """``value`` and ``limit`` are stock and need of the item that has least to spare."""
    evidence = tuple(_stock(kind, one, strict) for one in asked)
    bad = [one.text for one in evidence if one.ok is not True]
    known = [(stock - need, name, stock, need) for name, stock, need, _ in asked
             if stock is not None and need is not None]
    _, _, value, limit = min(known, default=(None, None, None, None))
    good = sum(one.ok is True for one in evidence)
    told = f"：{'；'.join(bad[:5])}" + ("等" if len(bad) > 5 else "") if bad else ""
    return Outcome(reading, agreed(one.ok for one in evidence), value, limit,
                   f"{len(evidence)} 种中 {good} 种够用{told}。", evidence)


def _stock(kind: str, asked: Asked, strict: bool) -> Evidence:
    name, stock, need, basis = asked
    if stock is None or need is None:
        lack = "库存未填（stock）" if stock is None else basis
        return Evidence(kind, name, None, f"{name}{lack}")
    ok = stock > need if strict else stock >= need
    word = "大于" if strict else "不少于"
    return Evidence(kind, name, ok,
                    f"{name}库存 {said(stock)}，应{word} {said(need)}（{basis}）")


def compatible(s: Situation) -> tuple[Outcome, ...]:
    """C16: each core spare is of the same make and model, or able to replace fully."""
    items = s.facts.core_spares
    if not items or all(one.compatible is None for one in items):
        return missing("缺少核心备件与在用仪器是否一致的确认（core_spare.compatible），无从评价。")
    return (_each("core_spare", [(one.name, one.compatible, _fits(one)) for one in items]),)


def _fits(one: CoreSpare) -> str:
    return f"{one.name}" + _told(one.compatible, "与原仪器一致或可完全替代", "不能完全替代原仪器",
                                 "是否可替代未填（compatible）")


def materials(s: Situation) -> tuple[Outcome, ...]:
    """C17: each reference material has a certificate number and is not past its expiry day."""
    found = s.facts.materials
    kept = [one for one in found or () if one.until is None or s.day <= one.until]
    if not kept:
        return missing("缺少标准物质（[[reference_material]]），无从评价。")
    return (_each("reference_material", [_material(one, s) for one in kept]),)


def _material(one: Material, s: Situation) -> tuple[str, bool | None, str]:
    if not one.certificate_no:
        return one.name, False, f"{one.name}没有证书编号，不可溯源"
    if one.expires is None:
        return one.name, None, f"{one.name}有效期未填（expires）"
    good = s.day <= one.expires
    return one.name, good, f"{one.name}{'有效至' if good else '已过期，有效期至'} {one.expires}"


def tools(s: Situation) -> tuple[Outcome, ...]:
    """C19: tools for every kind of system served, none past its metrology date."""
    found = s.facts.tools
    if not found:
        return missing("缺少维护工具（[[tool]]），无从评价。")
    rows: list[tuple[str, bool | None, str]] = [
        (one.name, one.expires is None or s.day <= one.expires,
         f"{one.name}" + ("" if one.expires is None else f"检定至 {one.expires}"))
        for one in found]
    for kind in sorted({point.kind for point in s.points or ()}):
        if not any(one.kind in ("", kind) for one in found):
            rows.append((kind, False, f"没有{_WORDS[kind]}设施的维护工具"))
    return (_each("tool", rows),)


def _each(kind: str, rows: Sequence[tuple[str, bool | None, str]]) -> Outcome:
    good = sum(ok is True for _, ok, _ in rows)
    bad = [text for _, ok, text in rows if ok is not True]
    told = f"：{'；'.join(bad[:5])}" + ("等" if len(bad) > 5 else "") if bad else ""
    return Outcome(PLAIN, agreed(ok for _, ok, _ in rows), good, len(rows),
                   f"应查 {len(rows)} 项，符合 {good} 项{told}。",
                   tuple(Evidence(kind, name, ok, text) for name, ok, text in rows))
