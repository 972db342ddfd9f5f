"""Readings to packets, in the manner of the station's edition."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from qingyuan import hj212
from qingyuan.hj212 import build
from qingyuan.hj212.sm4 import encrypt_segment
from qingyuan.kernel.clock import stamp
from qingyuan.simulator.physics.noise import dice
from qingyuan.simulator.physics.signal import Columns, Reading, Signal
from qingyuan.simulator.stations import StationSpec

_ORDER = {"2031": 101, "2061": 201, "2051": 301, "2011": 401, "2062": 501, "2021": 601}
"""Milliseconds of the QN by command, so that packets due in the same second have
different ones, in the order in which they are sent."""

_VERSION = {"2005": 0, "2017": 4, "2025": 8}
_SURELY_ONE = 860
"""Bytes of CP that fit one packet of any edition with any header; above, `build` decides."""


@dataclass(slots=True)
class Outgoing:
    """One frame on its way. `awaits` says whether the far side was asked for an acknowledgement."""

    cn: str
    raw: bytes
    qn: str
    pno: int | None = None
    awaits: bool = False
    tries: int = 0
    deadline: float = 0.0


@dataclass(slots=True)
class Batch:
    """What is due, not yet bytes: `make` gets whether it comes late, and gives the frames."""

    cn: str
    make: Callable[[bool], list[Outgoing]]
    late: bool = False


class Composer:
    """Writes the packets of one station.

    `mn`, `pw` and `clock` (seconds that the logger's clock is fast) start out right; the manners of
    a scenario, or an order from the office, change them.
    """

    def __init__(self, spec: StationSpec, signal: Signal) -> None:
        self.spec, self._signal = spec, signal
        self.mn, self.pw, self.clock = spec.mn, spec.password, 0.0
        encrypts = spec.sm4_key is not None and spec.edition == "2025"
        self.sm4_key = bytes.fromhex(spec.sm4_key or "") if encrypts else None
        self._rtd = _layout(spec, signal.rtd_columns)
        self._period = _layout(spec, signal.period_columns)
        self._last_qn = 0

    def stamp(self, epoch: float) -> str:
        """An instant as the logger's own clock shows it."""
        return stamp(epoch + self.clock)

    def qn(self, now: float) -> str:
        """A fresh QN for something that happens now; never the same twice."""
        self._last_qn = max(int(now * 1000), self._last_qn + 1)
        return self.stamp(self._last_qn // 1000) + f"{self._last_qn % 1000:03d}"

    def realtime(self, at: int, late: bool = False) -> list[Outgoing]:
        """2011 with DataTime `at` (epoch seconds)."""
        reading = self._signal.realtime(at)
        factors = self._factors(self._rtd, reading)
        if self.spec.edition != "2005":
            for code, drawn in self._signal.sampled_at(at).items():
                factors[code] = {"SampleTime": self.stamp(drawn), **factors[code]}
        return self._uploads("2011", at, at, factors, late)

    def period(
        self, cn: str, start: int, seconds: int, late: bool = False, qn: str | None = None
    ) -> list[Outgoing]:
        """2051, 2061 or 2031 of the period that begins at `start`; `qn` if it was asked for."""
        if cn == "2051":
            reading = self._signal.period(start, seconds)
        else:
            reading = self._signal.hour(start) if cn == "2061" else self._signal.day(start)
        factors = self._factors(self._period, reading)
        return self._uploads(cn, start + seconds, start, factors, late, qn)

    def states(self, at: int, late: bool = False) -> list[Outgoing]:
        """2021, the state of three pieces of treatment plant at `at`: 1 runs, 0 stands still."""
        stopped = any(e.kind == "stop" for e in self._signal.events(at, at + 1))
        states = {f"SB{i}": {"RS": 0 if stopped else 1} for i in (1, 2, 3)}
        return self._uploads("2021", at, at, states, late)

    def check(self, at: int, late: bool = False, qn: str | None = None) -> list[Outgoing]:
        """2062, the daily standard check whose result is there at `at` (HJ 355-2019 8: a sample of
        half the range, within ±10 %). ResultType 1 is written for passed, 0 for failed; which
        figure the standard means is in no text at hand."""
        factors: dict[str, dict[str, build.Value]] = {}
        for f in self.spec.factors:
            if f.analyser == "wet":
                nominal = f.high / 2
                error = 0.08 * (dice(self.spec.seed, f.code, at).random() - 0.5)
                factors[f.code] = {
                    "SampleRd": f"{nominal * (1 + error):.{f.decimals}f}",
                    "StandardValue": f"{nominal:.{f.decimals}f}",
                    "ResultType": 1 if abs(error) <= 0.1 else 0,
                }
        return self._uploads("2062", at, at, factors, late, qn)

    def plain(
        self,
        cn: str,
        qn: str,
        fields: Mapping[str, build.Value],
        factors: build.Factors | None = None,
        *,
        ack: bool = False,
    ) -> Outgoing:
        """One packet of plain fields, as an answer or as a message of the logger's own."""
        raw = build.upload(
            cn, edition=self.spec.edition, st=self.spec.st, mn=self.mn, pw=self.pw, qn=qn,
            fields=fields, factors=factors, ack=ack, sm4_key=self.sm4_key,
        )  # fmt: skip
        return Outgoing(cn, raw, qn, awaits=ack)

    def heartbeat(self, now: float) -> Outgoing:
        """9015; the answer is not waited for, since a lost heartbeat is followed by the next."""
        qn = self.qn(now)
        raw = build.heartbeat(
            edition=self.spec.edition, st=self.spec.st, mn=self.mn, pw=self.pw, qn=qn
        )
        return Outgoing("9015", raw, qn)

    def _factors(self, layout: "Layout", reading: Reading) -> dict[str, dict[str, build.Value]]:
        factors: dict[str, dict[str, build.Value]] = {}
        for (code, suffix, form), value in zip(layout, reading.values, strict=True):
            row = factors.setdefault(code, {})
            if value is not None:
                row[suffix] = form % value
        for row, flag in zip(factors.values(), reading.flags, strict=True):
            row["Flag"] = flag
        return factors

    def _uploads(
        self,
        cn: str,
        due: int,
        data_time: int,
        factors: build.Factors,
        late: bool,
        qn: str | None = None,
    ) -> list[Outgoing]:
        first = qn or f"{self.stamp(due)}{_ORDER[cn]:03d}"
        resend = late and self.spec.edition == "2025"
        text = _cp(self.stamp(data_time), factors)
        if len(text) <= _SURELY_ONE:
            return [Outgoing(cn, self._frame(cn, first, text, resend), first, None, self.spec.ack)]
        raws = build.uploads(
            cn, edition=self.spec.edition, st=self.spec.st, mn=self.mn, pw=self.pw, qn=first,
            data_time=self.stamp(data_time), factors=factors, ack=self.spec.ack,
            resend=resend, sm4_key=self.sm4_key,
        )  # fmt: skip
        if qn is not None:
            self._last_qn += len(raws) - 1
        out, split = [], len(raws) > 1
        for number, raw in enumerate(raws, start=1):
            out.append(Outgoing(cn, raw, first, number if split else None, self.spec.ack))
            first = first if self.spec.edition == "2005" else build.next_qn(first)
        return out


    def _frame(self, cn: str, qn: str, cp: str, resend: bool) -> bytes:
        """One packet as `build.upload` writes it, without its checks: these are the simulator's own
        numbers, and a fleet of thousands sends hundreds of them a second."""
        flag = _VERSION[self.spec.edition] | self.spec.ack
        segment = (
            f"QN={qn};ST={self.spec.st};CN={cn};PW={self.pw};MN={self.mn};"
            f"{f'Flag={flag};' if flag else ''}{'RF=1;' if resend else ''}CP=&&{cp}&&"
        ).encode()
        packet = hj212.frame(segment)
        if self.sm4_key is None:
            return packet
        return packet[:6] + encrypt_segment(segment, self.sm4_key) + packet[-6:]


Layout = list[tuple[str, str, str]]


def _cp(data_time: str, factors: build.Factors) -> str:
    groups = [
        ",".join([f"{code}-{suffix}={value}" for suffix, value in row.items()])
        for code, row in factors.items()
    ]
    return ";".join([f"DataTime={data_time}", *groups])


def _layout(spec: StationSpec, columns: Columns) -> Layout:
    """Code, suffix and number format of each column."""
    by_code = {f.code: f for f in spec.factors}
    return [
        (code, suffix, f"%.{(by_code[code].cou if suffix == 'Cou' else by_code[code].decimals)}f")
        for code, suffix in columns
    ]
