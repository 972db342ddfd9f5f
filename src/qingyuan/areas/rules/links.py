"""Who set a figure, in words: the links of a chain."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from qingyuan.areas.organisations.regions import place_word

__all__ = ["link_word", "place_word"]


def link_word(link: str, points: Mapping[str, str] | None = None) -> str:
    """A link in words; ``points`` has the names of points by link.

    >>> link_word("national"), link_word("region:65"), link_word("organisation:3")
    ('国家', '地方（新疆）', '本单位')
    >>> link_word("region:650102"), link_word("permit:7", {"permit:7": "1 号排口"})
    ('地方（新疆乌鲁木齐 650102）', '排污许可证（1 号排口）')
    """
    kind, _colon, whom = link.partition(":")
    if kind == "region":
        return _("地方（%s）") % place_word(whom)
    if kind == "permit":
        name = (points or {}).get(link, "")
        return _("排污许可证（%s）") % name if name else _("排污许可证")
    return _("本单位") if kind == "organisation" else _("国家")
