"""What a scenario expects, held against what a door answers."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from case_language import Scenario
from case_words import Expected, number

Row = Mapping[str, Any]
Answer = Callable[[str, str, str], Row]
"""(level, key, factor) → what a door says of that row."""

PASSES = {"pass": True, "fail": False, "undecided": None}
OF_PERIODS = ("quarter", "year")


def complaints(scenario: Scenario, answer: Answer, *, levels: tuple[str, ...] = ()) -> list[str]:
    """Every demand that the answer does not meet, in words; ``levels`` are left aside."""
    found = []
    for wanted in scenario.expected:
        if wanted.level in levels:
            continue
        for key in wanted.keys:
            try:
                row = answer(wanted.level, key, wanted.factor)
            except KeyError:
                found.append(f"{wanted.level} {key} {wanted.factor}: there is no such row")
                continue
            found.extend(f"{wanted.level} {key} {wanted.factor}: {fault}"
                         for fault in faults(wanted, row))
    return found


def faults(wanted: Expected, row: Row) -> Iterable[str]:
    within = next((float(rest) for word, rest in wanted.demands if word == "within"), 1e-9)
    for word, rest in wanted.demands:
        if word == "within":
            continue
        if word == "verdict":
            good, shown = row["verdict"] == rest, f"{row['verdict']} ({';'.join(row['reason'])})"
        elif word == "pass":
            good, shown = row["pass"] is PASSES[rest], row["pass"]
        elif word == "above":
            good, shown = row["above"] is (rest == "above"), row["above"]
        elif word in ("reason", "without"):
            good, shown = (rest in row["reason"]) == (word == "reason"), ";".join(row["reason"])
        elif word == "clause":
            good, shown = rest in row["clause"], row["clause"]
        else:
            field = "count" if word in ("hours", "days") and "count" in row else word
            shown = row[field]
            good = agrees(shown, rest, within)
        if not good:
            yield f"{word} should be {rest}, is {shown}"


def agrees(value: float | None, expected: str, within: float) -> bool:
    """Whether a figure is the expected one: absent for ``none``, else within a relative error (and
    an absolute one of as much around zero)."""
    if expected == "none" or value is None:
        return expected == "none" and value is None
    exact = float(number(expected))
    return abs(value - exact) <= within * max(1.0, abs(exact))
