"""What follows from an hour's means: converted concentration, flow and mass, and why one lacks."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from qingyuan.calc import gas, roles, water
from qingyuan.calc.reasons import BIT
from qingyuan.calc.ruling import Properties, Ruling
from qingyuan.calc.slots import Mask, Minutes
from qingyuan.calc.types import Case, Floats

_BASES: tuple[gas.Basis, ...] = ("wet_standard", "dry_actual", "wet_actual")
_MOLAR = {roles.NO: "gas.molar_mass.no", roles.NO2: "gas.molar_mass.a21002"}


@dataclass(frozen=True, slots=True)
class Derived:
    """Of one factor, shape (hours,): concentration at the reference oxygen (gas), mass in kg, and
    the set of remarks (``reasons.BIT``) on what is empty."""

    converted: Floats
    mass: Floats
    remarks: NDArray[np.int64]


class Gas:
    """The means that an outlet of flue gas shares between its factors; NaN where an hour has no
    valid mean of its own. ``flow`` is dry at standard state, m3/h."""

    def __init__(
        self, case: Case, ruling: Ruling, point: Properties, minutes: Callable[[str], Minutes]
    ) -> None:
        self.case, self.ruling, self.point = case, ruling, point
        self._mean = {code: _valid_mean(minutes(code))
                      for code in (*roles.FLUE_PARAMETERS, roles.O2)}
        self.atmosphere = point.numbers("atmospheric_pressure_kpa")
        self.flow, self._has_velocity = self._dry_standard_flow()
        self.o2 = self._dry_oxygen()
        self._o2_reference = point.numbers("o2_reference")
        self._air_reference = point.numbers("excess_air_reference")

    def _standard(self) -> dict[str, Floats]:
        return {"standard_temperature": self.ruling.numbers("gas.standard.temperature"),
                "standard_pressure": self.ruling.numbers("gas.standard.pressure")}

    def _dry_standard_flow(self) -> tuple[Floats, Mask]:
        """HJ 212-2017 D.2.4 (29) to (31)."""
        velocity = gas.duct_velocity(
            self._mean[roles.VELOCITY], self.point.numbers("velocity_field_factor"))
        wet = gas.wet_flow(velocity, self.point.numbers("duct_area_m2"))
        flow = gas.dry_standard_flow(
            wet, self._mean[roles.TEMPERATURE], self._mean[roles.PRESSURE], self.atmosphere,
            self._mean[roles.HUMIDITY], **self._standard())
        return flow, np.isfinite(self._mean[roles.VELOCITY])

    def _dry_oxygen(self) -> Floats:
        oxygen = self._mean[roles.O2]
        wet = self.point.says(f"basis.{roles.O2}", "wet_standard")
        wet |= self.point.says(f"basis.{roles.O2}", "wet_actual")
        if not wet.any():
            return oxygen
        return np.where(wet, gas.to_dry(oxygen, self._mean[roles.HUMIDITY]), oxygen)

    def of(self, factor: str, mean: Floats) -> Derived:
        """Of a pollutant from its hour means: HJ 212-2017 D.2.1 to D.2.3, D.2.5."""
        measured = np.isfinite(mean)
        dry = self._to_dry_standard(factor, self._to_mass(factor, mean))
        converted, wanted = self._converted(dry)
        mass = gas.hourly_mass(dry, self.flow)
        remarks = np.zeros(mean.size, dtype=np.int64)

        def note(hours: Mask, code: str) -> None:
            remarks[hours] |= BIT[code]

        known = np.isfinite(dry)
        note(measured & ~known, "state_missing")
        note(known & wanted & ~np.isfinite(self.o2), "o2_missing")
        note(known & wanted & np.isfinite(self.o2) & ~np.isfinite(converted), "o2_near_air")
        note(known & ~self._has_velocity, "flow_missing")
        note(known & self._has_velocity & ~np.isfinite(self.flow), "flow_parameter_missing")
        return Derived(converted, mass, remarks)

    def _to_mass(self, factor: str, mean: Floats) -> Floats:
        ppm = self.point.says(f"unit.{factor}", "ppm")
        if not ppm.any():
            return mean
        molar = self.ruling.numbers(_MOLAR.get(factor, f"gas.molar_mass.{factor}"))
        volume = self.ruling.numbers("gas.molar_volume")
        return np.where(ppm, gas.ppm_to_mass(mean, molar_mass=molar, molar_volume=volume), mean)

    def _to_dry_standard(self, factor: str, value: Floats) -> Floats:
        result = value
        for basis in _BASES:
            here = self.point.says(f"basis.{factor}", basis)
            if here.any():
                made = gas.to_dry_standard(
                    value, basis, self._mean[roles.TEMPERATURE], self._mean[roles.PRESSURE],
                    self.atmosphere, self._mean[roles.HUMIDITY], **self._standard())
                result = np.where(here, made, result)
        return result

    def _converted(self, dry: Floats) -> tuple[Floats, Mask]:
        """Converted where a reference is set, and for each hour whether one is. Reference oxygen
        goes before reference excess air; without either there is no conversion."""
        by_oxygen = np.isfinite(self._o2_reference)
        wanted = by_oxygen | np.isfinite(self._air_reference)
        if not wanted.any():
            return np.full(dry.size, np.nan), wanted
        air, guard = self.ruling.numbers("gas.o2.air"), self.ruling.numbers("gas.o2.guard")
        enriched = self.point.numbers("combustion_air_o2")
        source = np.where(np.isfinite(enriched), enriched, air)
        oxygen_form = gas.convert_by_oxygen(
            dry, self.o2, self._o2_reference, air=air, guard=guard, combustion_air=source)
        air_form = gas.convert_by_excess_air(
            dry, self.o2, self._air_reference, air=air, guard=guard)
        return np.where(by_oxygen, oxygen_form, air_form), wanted


class Water:
    """The flow that an outlet of waste water shares between its analysers. ``flow`` is the volume
    of each clock hour in m3, ``weight`` that of the hour in which a value was sampled."""

    def __init__(
        self, case: Case, ruling: Ruling, point: Properties, minutes: Callable[[str], Minutes]
    ) -> None:
        self.case, self.ruling, self.point = case, ruling, point
        self.flow = water.hour_volume(_valid_mean(minutes(roles.FLOW)))
        own = point.numbers("sampling_offset_hours")
        offset = np.where(np.isfinite(own), own, ruling.numbers("water.sampling_offset"))
        self.weight = water.at_sampling(self.flow, offset)

    def no_flow(self, factor: str) -> Mask:
        """Hours in which nothing flowed while the analyser's sample was taken (HJ 356-2019 6)."""
        if factor not in self.case.pollutants:
            return np.zeros(self.case.hours, dtype=np.bool_)
        return (self.weight <= 0) & self.ruling.says("water.flow_zero_invalid", True)

    def of(self, factor: str, mean: Floats) -> Derived:
        """Of an analyser from its hour means: HJ 212-2017 D.1.2."""
        entered = entering(self.ruling, self.point, factor, mean)
        remarks = np.zeros(mean.size, dtype=np.int64)
        measured = np.isfinite(mean)
        remarks[measured & (entered != mean)] |= BIT["below_detection"]
        remarks[measured & ~np.isfinite(self.weight)] |= BIT["flow_missing"]
        return Derived(np.full(mean.size, np.nan), water.load(self.weight, entered), remarks)


def entering(ruling: Ruling, point: Properties, factor: str, mean: Floats) -> Floats:
    """An analyser's hour means as they enter means and masses (HJ 356-2019 7.1)."""
    name = f"water.below_detection.{factor}"
    if name not in FLOORED:
        return mean
    return water.with_floor(mean, ruling.numbers(name), point.numbers(f"detection.{factor}"))


FLOORED = frozenset(
    f"water.below_detection.{code}"
    for code in (roles.COD, roles.AMMONIA, roles.PHOSPHORUS, roles.NITROGEN)
)
"""The analysers for which HJ 356-2019 7.1 names a value."""


def nothing(hours: int) -> Derived:
    """Of a factor that has neither conversion nor mass."""
    absent = np.full(hours, np.nan)
    return Derived(absent, absent, np.zeros(hours, dtype=np.int64))


def _valid_mean(minutes: Minutes) -> Floats:
    return np.where(minutes.enough, minutes.mean, np.nan)


