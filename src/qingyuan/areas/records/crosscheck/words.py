"""What each check looks at, as a neutral name: its own title names the doubt, which reads wrong
where all is fine or nothing could be told."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

ASPECTS: Mapping[str, object] = {
    "no_flag": _("校准、核查的标识"),
    "no_plateau": _("标气（标液）的平台"),
    "plateau_painted": _("平台的升降过程"),
    "reading_differs": _("读数与当时数据"),
    "told_differs": _("读数、量程与仪器上报"),
    "pairs_differ": _("比对测值与同时段数据"),
    "work_without_mark": _("维护的标记"),
    "mark_without_record": _("标记、标识的作业记录"),
    "no_presence": _("作业期间的签到"),
    "outside_fence": _("签到位置"),
    "visit_short": _("停留时间"),
    "work_outside_stay": _("作业时段与停留时段"),
    "travel_time": _("两地之间的路程"),
    "two_places": _("同一时间的去处"),
    "one_moment": _("比对样品的时刻"),
    "copied_numbers": _("读数与上一份记录"),
    "too_good": _("结果的离散"),
    "bottle_expired": _("标气有效期"),
    "bottle_elsewhere": _("标气瓶的使用地点"),
    "photo_time": _("照片时间"),
    "photo_place": _("照片地点"),
    "photo_reused": _("照片的其他使用"),
}


def aspect(code: str) -> str:
    """The name of what a check looks at; the code itself where it has gone."""
    return str(ASPECTS.get(code, code))
