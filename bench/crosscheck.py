"""Recall and false alarms of the cross-check on simulated visits, by check and by kind.

``--seed`` chooses the company and its visits (given several times: all sets together), ``--visits``
how many each; ``--json`` prints the document instead of tables, ``--write`` puts the tables into
docs/crosscheck.md. Exit 1 when recall is below 0.9 or more than 5 % of honest visits are flagged.
"""

import argparse
import json
import sys
import time
from itertools import chain
from pathlib import Path
from typing import Any

from qingyuan.crosscheck import CHECKS, delivered
from qingyuan.simulator.visits.cheats import CHEATS
from qingyuan.simulator.visits.scenarios import scenarios
from qingyuan.simulator.visits.scoring import document, score

PAGE = Path(__file__).parents[1] / "docs" / "crosscheck.md"
BEGIN, END = "<!-- figures by bench/crosscheck.py --write -->", "<!-- end of figures -->"


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--visits", type=int, default=600)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    seeds = asked.seed or [20270101]
    began = time.perf_counter()
    found = document(score(
        chain.from_iterable(scenarios(seed, asked.visits) for seed in seeds), delivered()))
    found = {"seeds": seeds, **found, "seconds": round(time.perf_counter() - began, 1)}
    if asked.write:
        publish(table(found))
    if asked.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        print("\n".join(table(found)))
    met = found["recall"] >= 0.9 and found["false_alarms"] <= 0.05
    return 0 if met else 1


def publish(lines: list[str]) -> None:
    """Put the tables between the two marks of the page."""
    head, rest = PAGE.read_text("utf-8").split(BEGIN)
    tail = rest.split(END)[1]
    PAGE.write_text("\n".join([head + BEGIN, *lines, END + tail]), "utf-8")


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
