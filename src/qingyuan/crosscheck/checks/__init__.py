"""The checks: one function each, and the registry that names them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..limits import Limits
from ..notes import Notes
from ..types import Visit
from . import figures, flags, plateau, presence, readings, things, told

Run = Callable[[Visit, Limits, Notes], None]


@dataclass(frozen=True, slots=True)
class Check:
    """A check: ``code`` as in signals, ``title`` in Chinese, what it needs of a visit."""

    code: str
    title: str
    run: Run
    needs: str


CHECKS: Mapping[str, Check] = {one.code: one for one in (
    Check("no_flag", "校准、核查未见标识", flags.no_flag, "minutes"),
    Check("no_plateau", "校准、核查未见平台", plateau.no_plateau, "minutes"),
    Check("plateau_painted", "平台像是设定的数值", plateau.painted, "minutes"),
    Check("reading_differs", "读数与当时数据不符", readings.reading_differs, "minutes"),
    Check("told_differs", "读数、量程与仪器上报不符", told.told_differs, "told"),
    Check("pairs_differ", "比对测值与同时段数据不符", readings.pairs_differ, "minutes"),
    Check("work_without_mark", "有维护记录而无标记", flags.work_without_mark, "minutes, marks"),
    Check("mark_without_record", "有标记而无记录", flags.mark_without_record, "minutes, marks"),
    Check("no_presence", "作业期间没有签到", presence.no_presence, "presences"),
    Check("outside_fence", "签到在半径以外", presence.outside_fence, "presences"),
    Check("visit_short", "停留短于作业所需", presence.visit_short, "presences"),
    Check("work_outside_stay", "作业时段在停留时段以外", presence.work_outside_stay, "presences"),
    Check("travel_time", "两地之间来不及", presence.travel_time, "presences, elsewhere"),
    Check("two_places", "同一人同时在两地", presence.two_places, "presences, elsewhere"),
    Check("one_moment", "比对样品出自同一时刻", figures.one_moment, "works"),
    Check("copied_numbers", "读数抄自上一份记录", figures.copied_numbers, "works"),
    Check("too_good", "结果好得不可能", figures.too_good, "works"),
    Check("bottle_expired", "标气过期", things.bottle_expired, "bottles"),
    Check("bottle_elsewhere", "同一标气瓶在两地使用", things.bottle_elsewhere, "bottles"),
    Check("photo_time", "照片时间不符", things.photo_time, "photos"),
    Check("photo_place", "照片地点不符", things.photo_place, "photos"),
    Check("photo_reused", "照片用过", things.photo_reused, "photos"),
)}
"""By code, in the order in which a reviewer thinks: data, presence, figures, things."""

__all__ = ["CHECKS", "Check"]
