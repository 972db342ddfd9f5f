"""What a logger was told: by its owner (`Talk`) and by the office (`Settings`)."""

from dataclasses import dataclass, field

from qingyuan.simulator.stations import StationSpec


@dataclass(frozen=True, slots=True)
class Talk:
    """How all loggers of a run talk.

    `timeout` (real seconds) and `resends` as in HJ 212-2017 table 1 for mobile networks; `queue`
    batches are kept while the gateway is away; `window` frames may wait for their acknowledgement
    at a time; `spread` is over how many simulated seconds the stations spread their uploads, as
    loggers whose clocks differ a little do (None: 3 s, more for a large fleet).
    """

    timeout: float = 10.0
    resends: int = 3
    queue: int = 20000
    window: int = 1
    spread: float | None = None


@dataclass(slots=True)
class Settings:
    """What requests of the office may change; `clock` is how many seconds it is fast."""

    password: str
    timeout: int
    resends: int
    rtd_interval: int
    min_interval: int
    realtime: bool = True
    clock: float = 0.0
    vase: int = 0
    report_time: str = "0000"
    alarm_target: str = ""
    warn_time: int = 60
    sampling: dict[str, tuple[str, int]] = field(default_factory=dict)
    limits: dict[str, tuple[float, float]] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, spec: StationSpec, talk: Talk) -> "Settings":
        """As the logger left the factory."""
        return cls(
            password=spec.password, timeout=max(1, int(talk.timeout)), resends=talk.resends,
            rtd_interval=spec.rtd_interval, min_interval=spec.min_interval,
            parameters={"i13004": "165.0", "i13005": "15", "i13007": "0.000", "i13008": "1.000"},
        )  # fmt: skip
