"""Recall and false alarms of the cross-check on simulated visits, by check and by kind.

``--seed`` chooses the company and its visits, ``--visits`` how many, ``--json`` prints the document
instead of tables, ``--markdown`` the table of docs/crosscheck.md. ``--seed`` may be given several
times; figures are then of all sets together.
"""

import argparse
import json
import sys
import time
from itertools import chain
from typing import Any

from qingyuan.crosscheck import CHECKS, delivered
from qingyuan.simulator.visits.cheats import CHEATS
from qingyuan.simulator.visits.scenarios import scenarios
from qingyuan.simulator.visits.scoring import document, score


def main() -> int:
    """Run and print; exit 1 when the bar is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--visits", type=int, default=600)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", action="store_true")
    asked = parser.parse_args()
    seeds = asked.seed or [20261124]
    began = time.perf_counter()
    found = document(score(
        chain.from_iterable(scenarios(seed, asked.visits) for seed in seeds), delivered()))
    found = {"seeds": seeds, **found, "seconds": round(time.perf_counter() - began, 1)}
    if asked.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print("\n".join(table(found)))
    met = found["recall"] >= 0.9 and found["false_alarms"] <= 0.05
    return 0 if met else 1


def table(found: dict[str, Any]) -> list[str]:
    """The figures as Markdown tables."""
    lines = [
        f"Seed {', '.join(map(str, found['seeds']))}: {found['visits']} visits. Recall "
        f"**{found['recall']:.3f}**, honest visits flagged **{found['false_alarms']:.3f}** "
        f"(without troubles {_said(found['honest'])}, with troubles "
        f"{_said(found['honest_with_troubles'])}).",
        "", "| Check | | Recall where meant | Speaks on honest visits | Could tell |",
        "|---|---|---|---|---|",
    ]
    for code, one in found["checks"].items():
        lines.append(f"| `{code}` | {CHECKS[code].title} | {_said(one['recall'])} | "
                     f"{_said(one['false_alarms'])} | {_said(one['could_tell'])} |")
    lines += ["", "| Kind of cheating | | Flagged |", "|---|---|---|"]
    lines += [f"| `{kind}` | {CHEATS[kind].title} | {_said(one)} |"
              for kind, one in found["cheating_by_kind"].items()]
    lines += ["", "| Trouble of honest visits | Flagged |", "|---|---|"]
    lines += [f"| `{name}` | {_said(one)} |" for name, one in found["troubles"].items()]
    return lines


def _said(tally: dict[str, Any]) -> str:
    if not tally["all"]:
        return "–"
    return f"{tally['share']:.3f} ({tally['found']}/{tally['all']})"


if __name__ == "__main__":
    sys.exit(main())
