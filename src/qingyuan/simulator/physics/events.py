"""What happens to a station and its instruments, and the table of the kinds a scenario may name.

Process events change what leaves the stack or the works; instrument events change only what is
measured. The data flag of each follows the edition: in 2005 F says that the *source* is stopped,
since 2017 F says that the *instrument* is; B came in 2017, P (power failure) left.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event: `layer` "process" or "instrument", `state` that gives the flag."""

    layer: str
    state: str
    purpose: str
    params: Mapping[str, float] = field(default_factory=dict)
    """Parameters with their defaults; a scenario may give others, no further names."""


KINDS: Mapping[str, Kind] = {
    "stop": Kind("process", "source_stop", "the source stops and starts again",
                 {"ramp": 1800.0}),
    "low_load": Kind("process", "normal", "the source runs at `load` of its load",
                     {"load": 0.5, "ramp": 1800.0}),
    "over_limit": Kind("process", "normal", "treatment fails, emissions rise `factor` times",
                       {"factor": 3.0, "ramp": 900.0}),
    "calibration": Kind("instrument", "calibration", "zero gas, then span gas, `span` of the range;"
                        " the readings are off by `zero_error` and `span_error` of it",
                        {"span": 0.8, "zero_error": 0.0, "span_error": 0.0}),
    "check": Kind("instrument", "calibration", "a standard sample, `span` of the range",
                  {"span": 0.5}),
    "maintenance": Kind("instrument", "maintenance", "somebody works on the instrument", {}),
    "manual": Kind("instrument", "manual", "a value set by hand: `value`", {"value": 0.0}),
    "fault": Kind("instrument", "fault", "the instrument fails and says so; its value sinks", {}),
    "stuck": Kind("instrument", "normal", "the value stands still and nothing says so", {}),
    "spike": Kind("instrument", "normal", "single readings jump to `factor` times the value",
                  {"factor": 6.0}),
    "over_range": Kind("instrument", "over_range", "the signal runs into the top of the range", {}),
    "link_down": Kind("instrument", "link_down", "logger and instrument are not connected", {}),
    "instrument_stop": Kind("instrument", "instrument_stop", "the instrument is switched off", {}),
    "drift": Kind("instrument", "normal", "zero wanders by `per_day` of the range a day",
                  {"per_day": 0.02}),
    "tamper_flat": Kind("instrument", "normal", "the value is held near `level` of the limit",
                        {"level": 0.6, "noise": 0.002}),
    "tamper_scale": Kind("instrument", "normal", "the value is multiplied by `factor`",
                         {"factor": 0.5}),
    "tamper_cap": Kind("instrument", "normal", "what passes `level` of the limit is pressed down",
                       {"level": 0.95}),
    "tamper_gas_path": Kind("instrument", "normal",
                            "the analyser draws `dilution` outside air instead of flue gas",
                            {"dilution": 0.7}),
}  # fmt: skip

_SINCE_2017 = {
    "normal": "N", "source_stop": "N", "instrument_stop": "F", "maintenance": "M", "manual": "S",
    "fault": "D", "calibration": "C", "over_range": "T", "link_down": "B",
}  # fmt: skip
FLAGS: Mapping[str, Mapping[str, str]] = {
    "2005": {**_SINCE_2017, "source_stop": "F", "instrument_stop": "P", "link_down": "D"},
    "2017": _SINCE_2017,
    "2025": _SINCE_2017,
}
"""Edition, state → data flag (HJ/T 212-2005 6.3; HJ 212-2017 table 8; 2025 as 2017)."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something from `start` until `end` (epoch seconds) on `factors` (2017 codes, () = all)."""

    kind: str
    start: int
    end: int
    factors: tuple[str, ...] = ()
    params: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no event kind {self.kind!r}; there are {', '.join(KINDS)}")
        if self.end <= self.start:
            raise ValueError(f"event {self.kind!r} ends before it begins")
        unknown = set(self.params) - set(KINDS[self.kind].params)
        if unknown:
            known = ", ".join(KINDS[self.kind].params) or "none"
            raise ValueError(
                f"event {self.kind!r} has no parameter {', '.join(sorted(unknown))}; known: {known}"
            )

    def get(self, name: str) -> float:
        """A parameter, or its default."""
        return self.params.get(name, KINDS[self.kind].params[name])

    def touches(self, key: str) -> bool:
        return not self.factors or key in self.factors
