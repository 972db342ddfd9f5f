"""What goes wrong on honest visits: clocks, lines, phones, gases, old loggers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from .draft import Draft
from .planning import DAY, HOUR
from .procedures import MINUTE
from .world import Site, drive, estimated, moved


@dataclass(frozen=True, slots=True)
class Trouble:
    """An honest trouble. ``blinds``: with it hardly anything can be told from the data."""

    title: str
    apply: Callable[[Draft, list[Site], Random], None]
    blinds: bool = False


def _clock(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.skew = roll.choice((-1, 1)) * roll.randrange(2, 12) * MINUTE
    draft.known_skew = roll.random() < 0.3


def _lost(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.lost = 0.04 + 0.14 * roll.random()


def _gap(draft: Draft, sites: list[Site], roll: Random) -> None:
    start = draft.came + roll.randrange(max(1, draft.left - draft.came))
    draft.silent.append((start, start + roll.randrange(5, 40) * MINUTE))


def _down(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.silent.append((draft.came - roll.randrange(1, 3) * HOUR, draft.left + 2 * HOUR))


def _no_position(draft: Draft, sites: list[Site], roll: Random) -> None:
    if roll.random() < 0.4:
        draft.placed, draft.accuracy = False, None
    else:
        draft.accuracy = 200 + 2000 * roll.random()
        draft.away = draft.accuracy * 0.9 * roll.random()


def _beside(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.away = draft.site.fence + 60 + 240 * roll.random()
    draft.approved = True if roll.random() < 0.5 else None


def _offline(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.offline = roll.randrange(1, 9) * HOUR
    draft.submitted_after = roll.randrange(6, 40) * HOUR


def _brief(draft: Draft, sites: list[Site], roll: Random) -> None:
    """An old hand: leaves as soon as the last reading is taken, and came just before."""
    draft.came = draft.works[0].started - roll.randrange(0, 2) * MINUTE
    draft.left = draft.works[-1].finished - roll.randrange(0, 4) * MINUTE


def _gas(draft: Draft, sites: list[Site], roll: Random) -> None:
    """Gas some per cent off its certificate."""
    off = 1 + roll.choice((-1, 1)) * (0.015 + 0.02 * roll.random())
    for segments in draft.what.segments.values():
        for one in segments:
            if not one.at_once and one.offset:  # room air and zero gas stay what they are
                one.offset -= one.target * (off - 1)
                one.target *= off


def _slow(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.what.lag = 55 + 30 * roll.random()  # 90 % after 127 to 196 s


def _dialect(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.speaks, draft.flags_known, draft.marks = False, False, []
    draft.blank = roll.random() < 0.3


def _holds(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.what.holds, draft.holds_known = True, True


def _no_out(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.no_out = True


def _album(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.photo_bare = True


def _plant(draft: Draft, sites: list[Site], roll: Random) -> None:
    """The next outlet of the same plant, some hundred metres away, at the same time."""
    place = moved(draft.site.place, 200 + 900 * roll.random(), 6 * roll.random())
    twin = Site(f"{draft.site.ref}b", f"{draft.site.name}（2号）", draft.site.spec, *place,
                draft.site.fence, 60, False, False, None)
    middle = (draft.came + draft.left) // 2
    draft.elsewhere.append((twin, middle - 900, middle + 900))
    draft.work_elsewhere.append((twin, middle - 900, middle + 900))


def _carried(draft: Draft, sites: list[Site], roll: Random) -> None:
    """A bottle that travels with the car."""
    other = sites[roll.randrange(len(sites))]
    draft.carried = True
    if other.ref != draft.site.ref:
        end = int(draft.came - drive(draft.site, other, roll) - HOUR * roll.randrange(0, 4))
        draft.bottle_uses.append((other, end - HOUR, end))


def _worn(draft: Draft, sites: list[Site], roll: Random) -> None:
    """An analyser that drifted far out of control, and honestly so written down."""
    for segments in draft.what.segments.values():
        for one in segments:
            adjusted = any(two.start == one.end and two.target == one.target for two in segments)
            if one.target and adjusted and not one.at_once and roll.random() < 0.5:
                one.offset += one.target * 0.08
                break


def _unmarked(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.marks, draft.marks_known = [], False


def _forgot(draft: Draft, sites: list[Site], roll: Random) -> None:
    """The switch to calibration was forgotten: gas in the data, no flag."""
    draft.speaks, draft.flags_known = False, roll.choice((True, None))


def _steady(draft: Draft, sites: list[Site], roll: Random) -> None:
    """A plant and a patrol that hardly change from week to week."""
    for work in draft.works:
        for path in work.numbers:
            if roll.random() < 0.45:
                work.numbers[path] = work.previous[path]


def _phone(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.photo_shift = roll.choice((-1, 1)) * roll.randrange(3, 25) * MINUTE


def _colleague(draft: Draft, sites: list[Site], roll: Random) -> None:
    """Somebody else worked here just before and wrote it down."""
    end = draft.came - 20 * MINUTE
    draft.explained.append((end - HOUR, end))
    draft.what.flags.append((end - HOUR, end, "M"))


def _stopped(draft: Draft, sites: list[Site], roll: Random) -> None:
    """The source stands still: everything near zero, oxygen that of air."""
    for key, values in draft.what.process.items():
        values[:] = 20.9 if key == "a19001" else values * 0.02


def _late_marks(draft: Draft, sites: list[Site], roll: Random) -> None:
    """Marks declared to full hours."""
    draft.marks_by_hour = True


def _motorway(draft: Draft, sites: list[Site], roll: Random) -> None:
    """The next point is reached by motorway, in little more than half of the estimate."""
    other = max(sites, key=lambda one: estimated(draft.site, one))
    way = int(estimated(draft.site, other) * (0.56 + 0.1 * roll.random()))
    draft.elsewhere = [(other, draft.left + way, draft.left + way + HOUR)]
    draft.work_elsewhere = []


def _stable(draft: Draft, sites: list[Site], roll: Random) -> None:
    """New analysers in a cooled house: a third of the usual drift."""
    for segments in draft.what.segments.values():
        for one in segments:
            one.offset *= 0.35


def _rough(draft: Draft, sites: list[Site], roll: Random) -> None:
    """Times written from memory, to a quarter of an hour."""
    for work in draft.works:
        work.started += roll.randrange(-10, 6) * MINUTE
        work.started -= work.started % (15 * MINUTE)
        work.finished += -work.finished % (15 * MINUTE)


def _late_switch(draft: Draft, sites: list[Site], roll: Random) -> None:
    """Switched to calibration after the first gas, and back too late."""
    draft.what.late = 12 * MINUTE, 15 * MINUTE


TROUBLES: Mapping[str, Trouble] = {
    "logger_clock": Trouble("数采仪时钟偏差", _clock),
    "minutes_lost": Trouble("零星缺数", _lost),
    "line_gap": Trouble("作业中通讯中断一段", _gap, blinds=True),
    "line_down": Trouble("整个作业期间通讯中断", _down, blinds=True),
    "gps_poor": Trouble("定位很差或没有", _no_position),
    "beside_fence": Trouble("在半径边缘签到", _beside),
    "offline_phone": Trouble("手机离线，事后上传", _offline),
    "short_but_real": Trouble("熟练人员停留短", _brief),
    "gas_off": Trouble("标气与证书略有偏差", _gas),
    "slow_response": Trouble("响应慢", _slow),
    "old_dialect": Trouble("数采仪从不上传标识（已知）", _dialect, blinds=True),
    "output_held": Trouble("校准时保持输出（已知）", _holds, blinds=True),
    "no_check_out": Trouble("忘记签退", _no_out),
    "bare_photos": Trouble("照片没有时间和位置", _album),
    "same_plant": Trouble("同厂两个排口同时作业", _plant),
    "carried_bottle": Trouble("随车携带的标气", _carried),
    "worn_analyser": Trouble("漂移失控并如实填写", _worn),
    "marks_unknown": Trouble("申报标记不可得", _unmarked),
    "flag_forgotten": Trouble("忘记切换校准状态", _forgot),
    "steady_plant": Trouble("工况平稳，部分读数与上次相同", _steady),
    "phone_clock": Trouble("相机时钟偏差", _phone),
    "colleague": Trouble("同事先前作业", _colleague),
    "source_stopped": Trouble("排放源停运", _stopped),
    "motorway": Trouble("走高速，用时短", _motorway),
    "stable_analyser": Trouble("仪器很稳，漂移小", _stable),
    "rough_times": Trouble("时刻凭记忆填写", _rough),
    "late_switch": Trouble("标识切换偏晚", _late_switch),
    "marks_by_hour": Trouble("标记按整点申报", _late_marks),
}


def trouble(draft: Draft, names: list[str], sites: list[Site], roll: Random) -> None:
    """Put troubles on a visit."""
    for name in names:
        TROUBLES[name].apply(draft, sites, roll)


__all__ = ["DAY", "TROUBLES", "Trouble", "trouble"]
