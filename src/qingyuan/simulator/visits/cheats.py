"""Kinds of cheating: each changes what happened or what was written, and nothing beyond it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from .draft import Draft
from .happening import Segment
from .planning import DAY, HOUR
from .procedures import MINUTE, WorkDraft
from .world import Site, estimated

ROUND = ("calibration", "full_calibration")


@dataclass(frozen=True, slots=True)
class Cheat:
    """A kind of cheating. ``medium`` and ``wanted`` say what a visit must be to allow it,
    ``meant`` the checks that are there to find it."""

    title: str
    apply: Callable[[Draft, list[Site], Random], None]
    meant: tuple[str, ...]
    medium: str = ""
    wanted: str = ""


def _works(draft: Draft, *kinds: str) -> list[WorkDraft]:
    return [one for one in draft.works if one.kind in kinds]


def _undo(draft: Draft, works: list[WorkDraft], *, flags: bool = True) -> None:
    """Take the gas of these records out of what happened, and their flags."""
    for work in works:
        for key, segments in draft.what.segments.items():
            draft.what.segments[key] = [
                one for one in segments if not any(one is own for own in work.segments)]
        if flags:
            draft.what.flags = [one for one in draft.what.flags if one not in work.flags]
            draft.marks = [one for one in draft.marks if not any(
                one[0] == own[0] and one[1] == own[1] for own in work.flags)]
    _lie(draft, works)


def _lie(draft: Draft, works: list[WorkDraft]) -> None:
    for work in works:
        work.invented = True
    draft.told = [one for one in draft.told if one[1] != "measured"]


def _not_done(draft: Draft, sites: list[Site], roll: Random) -> None:
    _undo(draft, _works(draft, *ROUND))


def _flag_only(draft: Draft, sites: list[Site], roll: Random) -> None:
    _undo(draft, _works(draft, *ROUND), flags=False)


def _zero_only(draft: Draft, sites: list[Site], roll: Random) -> None:
    """Zero gas was passed, the span only written down."""
    works = _works(draft, *ROUND)
    for key, segments in draft.what.segments.items():
        draft.what.segments[key] = [one for one in segments if one.target == 0.0]
    for segments in draft.what.segments.values():
        first = min((one.start for one in segments), default=0)
        segments[:] = [one for one in segments if one.start < first + 15 * MINUTE]
    for work in works:
        for factor in work.factors:
            for step in factor.steps:
                if step.name.startswith("span"):
                    step.reading = step.gas + (0.006 * factor.spec.high * roll.gauss(0, 1)
                                               if step.name.endswith("before") else 0.0)
    draft.told = [one for one in draft.told if one[1] != "measured"]


def _wrong_gas(draft: Draft, sites: list[Site], roll: Random) -> None:
    """Another gas than the certificate's went through: diluted, or room air."""
    share = 0.3 + 0.3 * roll.random()
    for segments in draft.what.segments.values():
        for one in segments:
            if one.target:
                one.target, one.offset = one.target * share, 0.0
    _lie(draft, _works(draft, *ROUND))


def _hidden(draft: Draft, sites: list[Site], roll: Random) -> None:
    """The span had drifted out of control; a small drift was written."""
    size = roll.choice((-1, 1)) * (0.05 + 0.06 * roll.random())
    for work in _works(draft, *ROUND):
        for factor in work.factors:
            for step in factor.steps:
                if step.name != "span_before":
                    continue
                wide = factor.spec.high - factor.spec.low
                for one in draft.what.segments[factor.spec.key]:
                    if one.end == step.at + 30:
                        one.offset = size * wide
                step.reading = step.gas + 0.006 * wide * roll.gauss(0, 1)
    draft.told = [one for one in draft.told if one[1] != "measured"]


def _check_not_done(draft: Draft, sites: list[Site], roll: Random) -> None:
    _undo(draft, _works(draft, "standard_check"))


def _check_failed(draft: Draft, sites: list[Site], roll: Random) -> None:
    """The check failed; a good result was written."""
    off = 1 + roll.choice((-1, 1)) * (0.15 + 0.2 * roll.random())
    for segments in draft.what.segments.values():
        for one in segments:
            one.target *= off
    _lie(draft, _works(draft, "standard_check"))


def _moment(draft: Draft, sites: list[Site], roll: Random) -> None:
    """Three bottles filled at once; the analyser was read once."""
    for work in _works(draft, "comparison"):
        for factor in work.factors:
            first = factor.pairs[0]
            for place, pair in enumerate(factor.pairs[1:], start=1):
                pair.start = first.start + place * roll.randrange(0, 2) * MINUTE
                pair.end, pair.shown = pair.start + 3 * MINUTE, first.shown


def _pairs_invented(draft: Draft, sites: list[Site], roll: Random) -> None:
    for work in _works(draft, "comparison", "verification"):
        for factor in work.factors:
            for pair in factor.pairs:
                pair.reference = round(pair.reference * (1.25 + 0.35 * roll.random()),
                                       factor.spec.decimals + 1)
        _lie(draft, [work])


def _unmaintained(draft: Draft, sites: list[Site], roll: Random) -> None:
    _undo(draft, _works(draft, "repair", "replacement", "maintenance"))
    draft.marks_known = True


def _false_mark(draft: Draft, sites: list[Site], roll: Random) -> None:
    """Nobody worked; hours were marked as maintenance."""
    draft.unwritten = True
    draft.what.segments.clear()
    start = draft.came // HOUR * HOUR
    end = start + roll.randrange(1, 5) * HOUR
    draft.marks = [(start, end, "device_maintenance")] if roll.random() < 0.7 else []
    draft.what.flags = [] if draft.marks and roll.random() < 0.5 else [(start, end, "M")]
    draft.elsewhere, draft.work_elsewhere, draft.told = [], [], []


def _from_afar(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.away = 1500 + 30_000 * roll.random() ** 2
    draft.elsewhere, draft.work_elsewhere = [], []


def _nobody(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.no_presence = True
    if roll.random() < 0.5:
        draft.photos = 0


def _far(draft: Draft, sites: list[Site], roll: Random) -> Site:
    far = sorted(sites, key=lambda one: -estimated(draft.site, one))
    return far[roll.randrange(len(far) // 2)]


def _travel(draft: Draft, sites: list[Site], roll: Random) -> None:
    """Two points sooner after each other than anybody can drive."""
    other = _far(draft, sites, roll)
    gap = int(estimated(draft.site, other) * (0.08 + 0.3 * roll.random()))
    stay = roll.randrange(20, 60) * MINUTE
    draft.elsewhere = [(other, draft.left + gap, draft.left + gap + stay)]
    draft.work_elsewhere = []
    draft.placed, draft.accuracy = True, min(draft.accuracy or 20.0, 60.0)
    draft.away = min(draft.away, 0.8 * draft.site.fence)


def _twice(draft: Draft, sites: list[Site], roll: Random) -> None:
    """The same name at two points at a time."""
    other = _far(draft, sites, roll)
    start = draft.came + int((draft.left - draft.came) * (0.2 + 0.4 * roll.random()))
    end = start + roll.randrange(25, 90) * MINUTE
    draft.work_elsewhere = [(other, start, end)]
    draft.elsewhere = [(other, start, end)] if roll.random() < 0.5 else []


def _brief(draft: Draft, sites: list[Site], roll: Random) -> None:
    """In and out; the record tells of the full work."""
    length = draft.left - draft.came
    _undo(draft, [one for one in draft.works if one.kind not in ("inspection", "verification",
                                                                 "comparison")])
    draft.left = draft.came + max(2 * MINUTE, int(length * (0.05 + 0.17 * roll.random())))
    draft.no_out = False
    draft.elsewhere = [one for one in draft.elsewhere if one[1] < draft.came]


def _expired(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.expires_in = -roll.randrange(2, 200)


def _two_sites(draft: Draft, sites: list[Site], roll: Random) -> None:
    """One bottle in the records of two points."""
    other = _far(draft, sites, roll)
    work = next(one for one in draft.works if any(part.steps for part in one.factors))
    if roll.random() < 0.6:
        gap = int(estimated(draft.site, other) * 0.35 * roll.random())
        draft.bottle_uses.append((other, work.started - gap - HOUR, work.started - gap))
    else:
        mid = work.started - roll.randrange(2, 12) * DAY
        draft.bottle_uses += [(draft.site, mid - 7 * DAY, mid - 7 * DAY + HOUR),
                              (other, mid, mid + HOUR)]
        draft.carried = False


def _old_photos(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.photos = max(2, draft.photos)
    draft.photo_bare = False
    draft.photo_shift = -roll.randrange(1, 60) * DAY


def _far_photos(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.photos = max(2, draft.photos)
    draft.photo_bare = False
    draft.photo_away = 1200 + 20_000 * roll.random()


def _same_photos(draft: Draft, sites: list[Site], roll: Random) -> None:
    draft.photos = max(2, draft.photos)
    other = draft.site if roll.random() < 0.6 else _far(draft, sites, roll)
    draft.photo_used = [(other, draft.came - roll.randrange(3, 90) * DAY)]


def _copied(draft: Draft, sites: list[Site], roll: Random) -> None:
    """Last week's readings, one or two of them changed."""
    for work in _works(draft, "inspection"):
        work.numbers = dict(work.previous)
        for path in list(work.numbers)[:roll.randrange(2)]:
            work.numbers[path] = round(work.numbers[path] * 1.02, 1)


def _too_good(draft: Draft, sites: list[Site], roll: Random) -> None:
    """Made-up results without any scatter."""
    for work in draft.works:
        for factor in work.factors:
            for step in factor.steps:
                last = step.last if step.last is not None else step.gas
                step.reading = step.gas if step.name == "check" else last
                if step.name.endswith("after"):
                    step.reading = step.gas
            for pair in factor.pairs:
                pair.analyser = pair.reference * (1 + 0.003 * roll.gauss(0, 1))
    draft.told = [one for one in draft.told if one[1] != "measured"]


def _painted(draft: Draft, sites: list[Site], roll: Random) -> None:
    """The plateau was set in the industrial computer."""
    for key, segments in draft.what.segments.items():
        spec = next(one for one in draft.site.analysers() if one.key == key)
        gases = {step.gas for work in draft.works for factor in work.factors
                 if factor.spec.key == key for step in factor.steps}
        draft.what.segments[key] = [
            Segment(one.start // 60 * 60, one.end // 60 * 60,
                    min(gases, key=lambda gas, one=one: abs(gas - one.target)),  # type: ignore[misc]
                    at_once=True)
            for one in segments if one.end - one.start >= 60 and spec.analyser]
    draft.what.site = draft.site


def _told(draft: Draft, sites: list[Site], roll: Random) -> None:
    """The readings were written down otherwise than the instrument reported them."""
    _hidden(draft, sites, roll)
    draft.told = [(factor.spec.key, "measured", step.at, 0.0) for work in draft.works
                  for factor in work.factors for step in factor.steps]


CHEATS: Mapping[str, Cheat] = {
    "calibration_not_done": Cheat("校准只写未做", _not_done, ("no_flag", "no_plateau"), "gas",
                                  "calibrate"),
    "flag_without_gas": Cheat("只切标识未通气", _flag_only, ("no_plateau",), "gas", "calibrate"),
    "span_not_done": Cheat("只做零点，量程编造", _zero_only, ("no_plateau",), "gas", "calibrate"),
    "other_gas": Cheat("所通并非证书标气", _wrong_gas, ("no_plateau",), "gas", "calibrate"),
    "drift_hidden": Cheat("失控漂移改小", _hidden, ("reading_differs",), "gas", "calibrate"),
    "told_otherwise": Cheat(
        "读数与仪器上报不一致", _told, ("told_differs", "reading_differs"), "gas", "calibrate"),
    "plateau_set": Cheat("在工控机上设定平台", _painted, ("plateau_painted",), "gas", "calibrate"),
    "check_not_done": Cheat("标样核查只写未做", _check_not_done, ("no_flag", "no_plateau"), "water",
                            "check"),
    "check_failed": Cheat("核查不合格改为合格", _check_failed, ("reading_differs", "no_plateau"),
                          "water", "check"),
    "one_moment": Cheat("三个水样同时采集", _moment, ("one_moment",), "water", "compare"),
    "comparison_invented": Cheat(
        "水样比对仪器测值编造", _pairs_invented, ("pairs_differ",), "water", "compare"),
    "verification_invented": Cheat("校验仪器测值编造", _pairs_invented, ("pairs_differ",), "gas",
                                   "verify"),
    "maintenance_not_done": Cheat("维护只写未做", _unmaintained, ("work_without_mark",), "",
                                  "maintain"),
    "false_mark": Cheat("虚假维护标记", _false_mark, ("mark_without_record",)),
    "from_afar": Cheat("异地签到", _from_afar, ("outside_fence",)),
    "nobody_came": Cheat("无人到场", _nobody, ("no_presence",)),
    "impossible_journey": Cheat("路程来不及", _travel, ("travel_time",)),
    "two_places": Cheat("同时在两地", _twice, ("two_places", "travel_time")),
    "in_and_out": Cheat("停留数分钟", _brief, ("visit_short", "work_outside_stay")),
    "expired_gas": Cheat("标气过期", _expired, ("bottle_expired",), "gas", "calibrate"),
    "bottle_twice": Cheat(
        "一瓶标气记在两地", _two_sites, ("bottle_elsewhere",), "gas", "calibrate"),
    "old_photos": Cheat("旧照片", _old_photos, ("photo_time",)),
    "far_photos": Cheat("别处照片", _far_photos, ("photo_place",)),
    "same_photos": Cheat("照片重复使用", _same_photos, ("photo_reused",)),
    "numbers_copied": Cheat("抄录上次读数", _copied, ("copied_numbers",), "", "inspect"),
    "too_good": Cheat("编造的完美结果", _too_good, ("too_good",), "gas", "calibrate"),
}
