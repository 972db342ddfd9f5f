"""Answers as JSON-ready tables: each judged number with value, limit, state, clause and status."""

from collections.abc import Iterable, Mapping

from qingyuan.calc.exact import Number
from qingyuan.calc.quality.figures import Item, Reader
from qingyuan.standards.provision import STATUSES, Provision

Json = dict[str, object]


def plain(value: Number | None) -> float | None:
    """A number as JSON has it: the double nearest to it, unrounded otherwise."""
    return None if value is None else float(value)


def shown(item: Item, reader: Reader) -> Json:
    """One judged number with where its limit comes from."""
    figures = [reader.provision(name) for name in item.provisions]
    return {
        "name": item.name,
        "value": plain(item.value),
        "unit": item.unit,
        "limit": plain(item.limit),
        "limit_unit": item.limit_unit or None,
        "out_of_control_limit": plain(item.out),
        "state": item.state,
        "clause": clause(figures),
        "status": surest(figures),
        "provisions": list(item.provisions),
        **({"reason": item.reason} if item.reason else {}),
    }


def sources(items: Iterable[Item], reader: Reader) -> Json:
    """Clause and status of a whole result, for all its judged numbers."""
    names = dict.fromkeys(name for item in items for name in item.provisions)
    figures = [reader.provision(name) for name in names]
    return {"clause": clause(figures), "status": surest(figures)}


def clause(figures: Iterable[Provision]) -> str | None:
    """What the figures quote, each clause once; None for no figures."""
    return "; ".join(dict.fromkeys(figure.cite() for figure in figures)) or None


def surest(figures: Iterable[Provision]) -> str | None:
    """How sure all of the figures are together: the least sure of their statuses."""
    return max((figure.status for figure in figures), key=STATUSES.index, default=None)


def provisions(reader: Reader) -> Mapping[str, Json]:
    """Every figure that was read, by name."""
    return {
        name: {
            "title": found.title, "value": found.value, "unit": found.unit,
            "clause": found.cite(), "status": found.status, "since": found.since.isoformat(),
            "link": found.link,
        }
        for name, found in sorted(reader.used.items())
    }


def agreed(verdicts: Iterable[bool | None]) -> bool | None:
    """False when one fails; else None when one could not be judged; else True."""
    found = list(verdicts)
    if False in found:
        return False
    return None if None in found or not found else True
