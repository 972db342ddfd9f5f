"""How well the checks do on a set of scenarios: recall and false alarms, by check and by kind."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from qingyuan.crosscheck import CHECKS, Limits, examine

from .cheats import CHEATS
from .scenarios import Scenario


@dataclass(slots=True)
class Tally:
    """Visits asked, those found."""

    all: int = 0
    found: int = 0

    @property
    def share(self) -> float | None:
        return self.found / self.all if self.all else None

    def add(self, found: bool) -> None:
        self.all += 1
        self.found += found


@dataclass(slots=True)
class Score:
    """What came of a set. ``meant`` by check: cheating visits that the check is there to find, and
    whether it spoke; ``alarms`` by check: honest visits, and whether it spoke (``flagged``
    decides of the visit as a whole); ``told`` by check: honest and cheating visits that it was
    asked about, and those of which it could tell."""

    cheating: Tally = field(default_factory=Tally)
    clean: Tally = field(default_factory=Tally)
    troubled: Tally = field(default_factory=Tally)
    kinds: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    meant: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    alarms: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    told: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    troubles: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    missed: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)
    wrong: list[tuple[int, tuple[str, ...], tuple[str, ...]]] = field(default_factory=list)

    @property
    def recall(self) -> float:
        return self.cheating.share or 0.0

    @property
    def false_alarms(self) -> float:
        """Share of the honest visits, troubled ones among them, that are flagged."""
        honest = Tally(self.clean.all + self.troubled.all, self.clean.found + self.troubled.found)
        return honest.share or 0.0


def score(scenarios: Iterable[Scenario], limits: Limits) -> Score:
    """Examine each visit and count."""
    total = Score()
    for one in scenarios:
        seen = examine(one.visit, limits)
        answers = {outcome.code: outcome.answer for outcome in seen.outcomes}
        for code, answer in answers.items():
            if answer != "not_asked":
                total.told[code].add(answer != "cannot_tell")
        if one.honest:
            _honest(total, one, seen.flagged, answers)
            continue
        total.cheating.add(seen.flagged)
        total.kinds[one.cheat].add(seen.flagged)
        if not seen.flagged:
            total.missed.append((one.number, one.cheat, one.troubles))
        for code in CHEATS[one.cheat].meant:
            total.meant[code].add(answers[code] == "signal")
    return total


def _honest(total: Score, one: Scenario, flagged: bool, answers: dict[str, Any]) -> None:
    (total.troubled if one.troubles else total.clean).add(flagged)
    for name in one.troubles:
        total.troubles[name].add(flagged)
    for code, answer in answers.items():
        if answer != "not_asked":
            total.alarms[code].add(answer == "signal")
    if flagged:
        spoke = tuple(code for code, answer in answers.items() if answer == "signal")
        total.wrong.append((one.number, one.troubles, spoke))


def document(total: Score) -> dict[str, Any]:
    """The score as plain data, shares to four places."""
    return {
        "visits": total.cheating.all + total.clean.all + total.troubled.all,
        "recall": round(total.recall, 4), "false_alarms": round(total.false_alarms, 4),
        "cheating": _plain(total.cheating), "honest": _plain(total.clean),
        "honest_with_troubles": _plain(total.troubled),
        "checks": {code: {
            "recall": _plain(total.meant[code]), "false_alarms": _plain(total.alarms[code]),
            "could_tell": _plain(total.told[code])} for code in CHECKS},
        "cheating_by_kind": {kind: _plain(total.kinds[kind]) for kind in CHEATS},
        "troubles": {name: _plain(tally) for name, tally in sorted(total.troubles.items())},
        "signals_on_honest": dict(Counter(
            code for _number, _troubles, spoke in total.wrong for code in spoke)),
        "missed": [list(one) for one in total.missed],
        "wrongly_flagged": [list(one) for one in total.wrong],
    }


def _plain(tally: Tally) -> dict[str, float | int | None]:
    share = tally.share
    return {"all": tally.all, "found": tally.found,
            "share": None if share is None else round(share, 4)}
