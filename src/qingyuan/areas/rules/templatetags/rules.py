"""Template filters of the book of rules: values, units and links in words."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from qingyuan.areas.rules import links, values

register = template.Library()
register.filter("value_word", values.word)
register.filter("unit_word", values.unit)
register.filter("link_word", links.link_word)


@register.simple_tag
def quantity(value: Any, of: str = "") -> SafeString:
    """A value of the book with its thin unit."""
    unit = values.unit(of)
    if not unit:
        return format_html('<span class="num">{}</span>', values.word(value))
    return format_html('<span class="num">{}</span><span class="unit">\u2009{}</span>',
                       values.word(value), unit)


@register.simple_tag
def days(span: Any) -> SafeString:
    """From when to when something holds; ``span`` has since and until."""
    since = format_html('<span class="num nowrap">{}</span>', span.since.isoformat())
    if span.until is None:
        return format_html("{} {}", since, _("起"))
    return format_html('{} – <span class="num nowrap">{}</span>', since, span.until.isoformat())
