"""What an opened ledger leaves out of a record: telephone numbers, whoever's they are."""

import re
from typing import Any

from django.utils.translation import gettext as _

_ASKED = re.compile("电话|手机|联系方式")
# A mobile number in running text, also in groups; not a part of a longer number or code.
_MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d(?:[ -]?\d){8}(?![0-9A-Za-z])")


def without_phones(sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The sections of ``paper_data.sections`` with a word in place of each telephone number: all
    that was asked for one, and every mobile number elsewhere."""
    for section in sections:
        for part in section["parts"]:
            for label, _unit, cell in part["pairs"]:
                _blank(label, cell)
            for grid in part["grids"]:
                for row in grid["rows"]:
                    for (label, _unit), cell in zip(grid["columns"], row, strict=True):
                        _blank(label, cell)
    return _masked(sections)


def _blank(label: str, cell: dict[str, Any]) -> None:
    if cell["text"] and _ASKED.search(label):
        cell["text"] = _("（不公开）")


def _masked(value: Any) -> Any:
    """
    >>> _masked(["请打 138 0000 0000", "编号 A13800000000"])
    ['请打 （电话不公开）', '编号 A13800000000']
    """
    if isinstance(value, str):
        return _MOBILE.sub(_("（电话不公开）"), value)
    if isinstance(value, dict):
        return {key: _masked(one) for key, one in value.items()}
    return [_masked(one) for one in value] if isinstance(value, list | tuple) else value
