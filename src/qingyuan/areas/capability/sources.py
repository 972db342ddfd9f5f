"""The areas below that keep the facts; one that has no rows to ask yet knows nothing."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any


class _Nothing:
    """Answers every question with "not known"."""

    def __getattr__(self, name: str) -> Any:
        return (lambda unit: {}) if name == "commitments" else (lambda unit, day: None)


def _facts(area: str) -> Any:
    name = f"qingyuan.areas.{area}.facts"
    return import_module(name) if find_spec(name) else _Nothing()


def _model(area: str, model: str) -> Any:
    name = f"qingyuan.areas.{area}.models"
    return getattr(import_module(name), model, None) if find_spec(name) else None


conduct, documents, laboratory, materials, means, people, supplies = (
    _facts(area) for area in (
        "conduct", "documents", "laboratory", "materials", "means", "people", "supplies"))
Staff, Leave = _model("people", "Staff"), _model("people", "Leave")
Version = _model("documents", "Version")
