"""What a task's sheet asks of its form, where it asks for less than the form can record: which
analysers, and the answers that make the record the one that is due."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from qingyuan.forms import Block, Form

Cells = dict[str, Any]
PARTICULATE, VELOCITY, PH, TEMPERATURE = "a34013", "a01011", "w01001", "w01010"
FULL: Mapping[str, Cells] = {"header": {"scope": "全系统校准"}}


@dataclass(frozen=True, slots=True)
class Asks:
    """The blocks of ``sections`` with one of ``factors`` (empty: any but ``never``), and what is
    answered already."""

    sections: tuple[str, ...]
    factors: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    cells: Mapping[str, Cells] = field(default_factory=dict)

    def wants(self, section: str, block: Block) -> bool:
        """Whether a block is asked for."""
        factor = block.keys.get("factor", "")
        return (section in self.sections and factor not in self.never
                and (not self.factors or factor in self.factors))


_ANALYSERS = ("analysers",)
ASKS: Mapping[str, Asks] = {
    "hj75.calibration.extractive": Asks(_ANALYSERS, never=(PARTICULATE,)),
    "hj75.calibration.in_situ": Asks(_ANALYSERS, never=(PARTICULATE,)),
    "hj75.calibration.particulate": Asks(_ANALYSERS, (PARTICULATE,)),
    "hj75.calibration.velocity": Asks(("velocity",), (VELOCITY,)),
    "hj75.calibration.full": Asks(_ANALYSERS, never=(PARTICULATE,), cells=FULL),
    "hj1286.calibration.manual": Asks(_ANALYSERS),
    "hj1286.calibration.full": Asks(_ANALYSERS, cells=FULL),
    "hj355.comparison.samples": Asks(_ANALYSERS),
    "hj355.comparison.ph": Asks(("field",), (PH,)),
    "hj355.comparison.temperature": Asks(("field",), (TEMPERATURE,)),
}
"""By the key of the duty, of those that share a form."""


def opened(
    form: Form, duties: Iterable[str], known: Mapping[str, list[str]] | None
) -> dict[str, list[str]] | None:
    """Which blocks a draft opens, section by section: of those that the system has (None: not
    known) the ones that the duties ask for; where it has none of these, all that are asked for.
    None when the duties do not say."""
    asks = [ASKS[key] for key in duties if key in ASKS]
    if not asks or any(key not in ASKS for key in duties):
        return None
    found: dict[str, list[str]] = {}
    for section in form.sections:
        if not section.blocks:
            continue
        names = [block.name for block in section.blocks
                 if any(one.wants(section.name, block) for one in asks)]
        has = None if known is None else known.get(section.name)
        found[section.name] = names if has is None else [
            name for name in names if name in has] or names[:1]
    return found


def preset(duties: Iterable[str], answers: Cells) -> Cells:
    """The answers with those that every duty of the sheet asks for alike: a sheet that asks for
    nothing but the calibration of the full system is begun as one."""
    wanted = [ASKS[key].cells if key in ASKS else {} for key in duties]
    if not wanted or any(one != wanted[0] for one in wanted):
        return answers
    return {**answers, **{name: {**(answers.get(name) or {}), **own}
                          for name, own in wanted[0].items()}}
