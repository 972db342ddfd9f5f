"""The written systems that the standard and the law name, and the starter texts."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class System:
    """``capability``: the system of check C11 that it answers, "" for none. ``required`` false: a
    region's advice."""

    key: str
    title: str
    about: str
    list: str
    clause: str
    status: str
    source: str
    capability: str
    required: bool


@dataclass(frozen=True, slots=True)
class Starter:
    """A text that a unit may begin with; ``systems`` are those that it is written for."""

    key: str
    title: str
    systems: list[str]
    kind: str
    text: str


def _data(name: str) -> dict[str, list[dict]]:  # type: ignore[type-arg]
    return tomllib.loads(files(__package__).joinpath(f"data/{name}.toml").read_text("utf-8"))


@cache
def lists() -> dict[str, str]:
    """Key → title of the papers that the systems come from."""
    return {one["key"]: one["title"] for one in _data("systems")["list"]}


@cache
def systems() -> dict[str, System]:
    """Every system by its key, in the order of the papers."""
    return {one["key"]: System(**one) for one in _data("systems")["system"]}


@cache
def starters() -> dict[str, Starter]:
    """The starter texts by key."""
    return {one["key"]: Starter(**one) for one in _data("starters")["starter"]}


def titles(keys: list[str]) -> list[str]:
    """The titles of keys; a key that is gone stands for itself.

    >>> titles(["sop", "gone"])
    ['作业指导书', 'gone']
    """
    return [systems()[key].title if key in systems() else key for key in keys]
