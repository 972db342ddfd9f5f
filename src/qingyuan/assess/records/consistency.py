"""``data-consistency``: analyser, logger and platform beside each other at one instant."""

from qingyuan.assess.records.answer import Json, agreed, plain, shown, sources
from qingyuan.assess.records.factors import code_of, unit_of
from qingyuan.assess.records.table import Table
from qingyuan.calc.quality import consistency
from qingyuan.calc.quality.figures import Item, Reader, passed

LINKS = ("analog", "digital")


def judge(record: Table, reader: Reader) -> tuple[Json, list[str]]:
    """The results by factor, and whether all agree."""
    found = [_factor(table, reader) for table in record.tables("factor")]
    return {"results": found, "pass": agreed(one["pass"] is True for one in found)}, []


def _factor(table: Table, reader: Reader) -> Json:
    shown_code, _ = code_of(table)
    unit = unit_of(table, "")
    logger = table.number("logger")
    analyser, platform = table.maybe("analyser"), table.maybe("platform")
    if analyser is None and platform is None:
        raise table.refuse("analyser", "expected analyser, platform or both beside logger")
    items: list[Item] = []
    link = None
    if analyser is not None:
        link = table.word("link", LINKS)
        if link == "analog":
            low, high = table.span("range")
            items.append(consistency.analog(reader, analyser, logger, high - low))
        else:
            table.has("range")
            items.append(consistency.digital(analyser, logger, unit))
    if platform is not None:
        items.append(consistency.transferred(reader, logger, platform))
    by_name = {item.name: item for item in items}
    good = passed(items) is True
    return {
        "code": shown_code,
        "unit": unit or None,
        "link": link,
        "analyser_logger_permille": _value(by_name.get("analyser_logger"), "permille"),
        "analyser_logger_difference": None if analyser is None else plain(logger - analyser),
        "logger_platform_pct": _value(by_name.get("logger_platform"), "%"),
        "pass": good,
        "state": "pass" if good else "fail",
        "reason": next((i.reason for i in items if i.state == "fail" and i.reason), None),
        **sources(items, reader),
        "items": [shown(item, reader) for item in items],
    }


def _value(item: Item | None, unit: str) -> float | None:
    return plain(item.value) if item is not None and item.unit == unit else None
