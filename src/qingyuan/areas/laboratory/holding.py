"""How long a sample of water may wait for its analysis, by parameter."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

HOUR = 3_600_000  # ms


@dataclass(frozen=True, slots=True)
class Holding:
    """``hours`` from sampling to analysis at most; ``status`` says how sure the figure is
    ("recalled": not yet held against the standard's text)."""

    code: str
    name: str
    container: str
    preservative: str
    hours: int
    cite: str
    status: str


@cache
def holdings() -> Mapping[str, Holding]:
    """By code of HJ 212-2017, in the file's order."""
    said = tomllib.loads(files(__package__).joinpath("data/holding.toml").read_text("utf-8"))
    return {one["code"]: Holding(**one, cite=said["cite"], status=said["status"])
            for one in said["parameter"]}


def hold_until(codes: Iterable[str], taken_at: int) -> int | None:
    """Epoch milliseconds until which all of the parameters have to be analysed; None when the time
    of none of them is known."""
    hours = [found.hours for code in codes if (found := holdings().get(code))]
    return taken_at + min(hours) * HOUR if hours else None
