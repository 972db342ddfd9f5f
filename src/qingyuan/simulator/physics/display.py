"""What the instruments of a station show, before anything happens to the instruments."""

from typing import TYPE_CHECKING

from qingyuan.simulator.physics import BLOCK, block_of
from qingyuan.simulator.physics.boiler import Boiler, Plant
from qingyuan.simulator.physics.diary import Diary
from qingyuan.simulator.physics.events import KINDS, Event
from qingyuan.simulator.physics.instrument import upset
from qingyuan.simulator.physics.probe import Probe, probes
from qingyuan.simulator.physics.sewage import SewageWorks

if TYPE_CHECKING:
    from qingyuan.simulator.stations import StationSpec


def plant_of(spec: "StationSpec") -> Plant:
    """The source behind a station."""
    if spec.kind == "water":
        return SewageWorks(spec.mn, spec.seed, place=spec.place, capacity=spec.capacity)
    return Boiler(
        spec.mn, spec.seed, plant=spec.plant, place=spec.place, capacity=spec.capacity,
        area_m2=spec.area_m2, barometric_kpa=spec.barometric_kpa, o2_reference=spec.o2_reference,
    )  # fmt: skip


def process_events(events: tuple[Event, ...]) -> list[Event]:
    """Those that happen to the source."""
    return [e for e in events if KINDS[e.kind].layer == "process"]


class Display:
    """A plant seen through its probes."""

    def __init__(self, spec: "StationSpec", diary: Diary) -> None:
        self.plant = plant_of(spec)
        self.probes = probes(spec, self.plant)
        self.diary = diary

    def forget(self) -> None:
        """Drop remembered results, after the station's life was changed."""
        for probe in self.probes:
            probe.forget()

    def levels(self, block: int) -> list[float]:
        """What the instruments show on average over a block in which nothing happens to it."""
        true = self.plant.levels(block)
        shown = []
        for probe in self.probes:
            if probe.period:
                shown.append(probe.held(block, self.true))
                continue
            value = true[probe.source]
            shown.append(probe.drifted(block, value) if probe.drifts else value)
        return shown

    def true(self, block: int, source: int) -> float:
        """The level of one quantity with what happened to the source, in the middle of a block."""
        happening = process_events(self.diary.of(block))
        if not happening:
            return self.plant.levels(block)[source]
        touching = [e for e in happening if e.touches(self.plant.keys[source])]
        return self.plant.levels(block, upset(touching, block * BLOCK + BLOCK / 2))[source]

    def usual(self, probe: Probe, epoch: float) -> float:
        """What an instrument showed when an event began."""
        block = block_of(epoch)
        if probe.period:
            return probe.held(block, self.true)
        return probe.drifted(block, self.true(block, probe.source))
