"""Scores of an inspection: 100 less what each problem costs. Plain arithmetic.

>>> items = [Item("a", "", "", "principle", 20), Item("b", "", "", "common", 5)]
>>> score(items, {"b": {"mark": "problem", "deduct": 3}}), score(items, {"a": {"mark": "problem"}})
((97.0, False), (80.0, True))
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

OK, PROBLEM, SKIPPED = "ok", "problem", "na"
MARKS = (OK, PROBLEM, SKIPPED)
FULL = 100.0


@dataclass(frozen=True, slots=True)
class Item:
    """One check. ``points``: what it costs at most; ``grade``: principle, key or common."""

    code: str
    group: str
    text: str
    grade: str
    points: float
    how: str = ""
    clause: str = ""

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def cost(item: Item, answer: Mapping[str, Any]) -> float:
    """What a problem costs: what the inspector said, at most the item's points; all of them where
    no number was said. 0 for anything else."""
    if answer.get("mark") != PROBLEM:
        return 0.0
    try:
        said = float(answer["deduct"])
    except (KeyError, TypeError, ValueError):
        said = item.points
    return min(max(said, 0.0), item.points)


def score(
    items: Iterable[Item], answers: Mapping[str, Mapping[str, Any]]
) -> tuple[float, bool]:
    """(points of 100, whether a check of principle failed). Never below 0."""
    total, principle = FULL, False
    for item in items:
        answer = answers.get(item.code, {})
        total -= cost(item, answer)
        principle = principle or (item.grade == "principle" and answer.get("mark") == PROBLEM)
    return max(round(total, 2), 0.0), principle


def missing(items: Iterable[Item], answers: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Codes of checks without a mark, and of problems without words."""
    return [item.code for item in items
            if answers.get(item.code, {}).get("mark") not in MARKS
            or (answers[item.code]["mark"] == PROBLEM
                and not str(answers[item.code].get("text", "")).strip())]
