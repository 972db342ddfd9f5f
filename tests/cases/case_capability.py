"""Worked units (``[[capability]]``): a facts file as it is written, and what each check answers.

A row is that of a worked record: ``NAME=VALUE …: C08.value 1; C08.pass true``; ``at`` names the
day. ``<n x …>`` repeats what it holds, with ``#`` counting from 1; n may be ``$NAME``.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from case_language import ROOT
from case_records import Record

from qingyuan.assess.capability.answer import answer
from qingyuan.assess.capability.evaluate import under_own_rules
from qingyuan.assess.capability.reading import read
from qingyuan.assess.capability.row import BadFacts
from qingyuan.standards import Book

_REPEATED = re.compile(r"<(\d+) x\s(.*?)>", re.DOTALL)
_NAME = re.compile(r"\$(\w+)")


@dataclass(frozen=True)
class Capability(Record):
    """One facts file with its rows; a key begins with its check."""

    def text(self, row: str) -> str:
        """The facts file for one row."""
        put = self._put(row)
        filled = _NAME.sub(lambda m: put.get(m[1], m[0]), self.data["toml"])
        return _REPEATED.sub(lambda m: "\n".join(
            m[2].replace("#", str(n)) for n in range(1, int(m[1]) + 1)), filled)

    def answer(self, row: str, book: Book) -> Any:
        day = date.fromisoformat(self._put(row)["at"])
        try:
            verdicts = under_own_rules(read(self.text(row))[0], day, book)
        except BadFacts as error:
            return {"results": [{}], "refused": str(error)}
        return {"results": [{verdict.check: answer(verdict) for verdict in verdicts}]}

    def _put(self, row: str) -> dict[str, str]:
        given = dict(one.split("=", 1) for one in row.partition(": ")[0].split())
        return {**self.data.get("put", {}), **given}


def load_capabilities(root: Path = ROOT) -> list[Record]:
    """Every worked unit, by folder and file."""
    return [Capability(path, entry) for path in sorted(root.glob("*/*.toml"))
            for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("capability", ())]
