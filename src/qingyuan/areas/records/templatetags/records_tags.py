"""Attachments of answers in templates."""

from typing import Any

from django import template

from qingyuan.areas.records.reading import attachment_text

register = template.Library()
register.filter("attachment_text", attachment_text)


@register.filter
def attached_list(value: Any) -> list[Any]:
    """The attachments of an answer: of a photo or file its list, of an item its photos."""
    found = value.get("photos", []) if isinstance(value, dict) else value
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


@register.filter
def left_out(value: Any) -> Any:
    """The statement that stands in place of photos, None where there are photos or nothing."""
    return next((one for one in attached_list(value) if "left_out" in one), None)
