"""Template tags of the house: states, figures, times, icons, addresses that keep their filters."""

from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from qingyuan.ui import numbers
from qingyuan.ui import states as state_table

register = template.Library()
register.filter("china_time", numbers.china_time)
register.filter("count", numbers.count)
register.filter("octets", numbers.size)
register.filter("span", numbers.duration)


@register.simple_tag
def icon(name: str, extra: str = "") -> SafeString:
    """One icon of the sprite; decoration only, so screen readers skip it."""
    return format_html(
        '<svg class="icon {}" width="20" height="20" aria-hidden="true" focusable="false">'
        '<use href="{}#{}"></use></svg>',
        extra,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
def badge(family: str, code: str | None, extra: str = "") -> SafeString:
    """A state as icon, word and colour."""
    found = state_table.state(family, code)
    return format_html(
        '<span class="badge-state tone-{} {}" title="{}">{}<span>{}</span></span>',
        found.tone,
        extra,
        found.hint,
        icon(found.icon),
        found.label,
    )


@register.simple_tag
def word(family: str, code: str | None) -> str:
    """Only the word of a state."""
    return str(state_table.state(family, code).label)


@register.simple_tag
def hint(family: str, code: str | None) -> str:
    """What a state means or asks for."""
    return str(state_table.state(family, code).hint)


@register.simple_tag
def tone(family: str, code: str | None) -> str:
    """Only the colour of a state, as a class name."""
    return f"tone-{state_table.state(family, code).tone}"


@register.simple_tag
def figure(value: Any, unit: str = "", reason: str = "", digits: int | None = None) -> SafeString:
    """A number with its thin unit; without a value a dash that tells the reason on hover."""
    text = numbers.figure(value, digits)
    if not text:
        return missing(reason)
    if not unit:
        return format_html('<span class="num">{}</span>', text)
    return format_html('<span class="num">{}</span><span class="unit">\u2009{}</span>', text, unit)


@register.simple_tag
def missing(reason: str = "") -> SafeString:
    """The dash of an unknown value, with its reason."""
    why = reason or _("没有数据")
    return format_html('<abbr class="missing" title="{}" aria-label="{}">—</abbr>', why, why)


@register.simple_tag
def state_icon(family: str, code: str | None) -> SafeString:
    """Only the icon of a state."""
    return icon(state_table.state(family, code).icon)


@register.simple_tag
def when(moment: Any, form: str = "minute", reason: str = "") -> SafeString:
    """An instant in China time; seconds or milliseconds only where they matter."""
    text = numbers.china_time(moment, form)
    if not text:
        return missing(reason)
    return format_html('<time class="num" datetime="{}">{}</time>', _iso(moment), text)


@register.simple_tag
def age(moment: Any, stale_after: int | None = None) -> SafeString:
    """How long ago, kept up to date by live.js; turns grey after ``stale_after`` seconds."""
    when_ = numbers.to_datetime(moment)
    if when_ is None:
        return format_html('<span class="age"></span>')
    return format_html(
        '<time class="age" datetime="{}" data-epoch="{}" data-stale-after="{}">{}</time>',
        when_.isoformat(),
        int(when_.timestamp()),
        stale_after or "",
        numbers.ago(moment),
    )


@register.simple_tag
def states_json() -> SafeString:
    """The table of states for scripts, as a data block."""
    return _states_in(get_language(), len(state_table.STATES))


@cache
def _states_in(language: str | None, known: int) -> SafeString:
    # Every page carries the table, and hundreds of words are translated for it.
    return json_script(state_table.as_json(), "ui-states")


@register.simple_tag(takes_context=True)
def address(context: template.Context, **changes: Any) -> str:
    """The present address with some parameters changed; None or "" removes one; ``page`` resets."""
    request = context.get("request")
    params = request.GET.copy() if request else {}
    if "page" not in changes:
        params.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            params.pop(name, None)
        else:
            params[name] = str(value)
    text = params.urlencode() if params else ""
    return f"?{text}" if text else "?"


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """``mapping[key]`` or None."""
    return mapping.get(key) if hasattr(mapping, "get") else None


@register.inclusion_tag("ui/parts/pager.html", takes_context=True)
def pager(
    context: template.Context, page: Any, target: str = "", unit: str = "条"
) -> dict[str, Any]:
    """Page numbers below a list; ``page`` is a Django page, ``unit`` what it counts."""
    numbers_ = page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
    return {
        "page": page,
        "numbers": numbers_,
        "request": context.get("request"),
        "target": target,
        "unit": unit,
        "gap": page.paginator.ELLIPSIS,
    }


@register.inclusion_tag("ui/parts/empty.html")
def empty(
    icon_name: str, title: str, text: str = "", action: str = "", href: str = ""
) -> dict[str, Any]:
    """An empty list: what would be here and the first step."""
    return {"icon_name": icon_name, "title": title, "text": text, "action": action, "href": href}


@register.inclusion_tag("ui/parts/field.html")
def field(bound: Any, unit: str = "", wide: bool = False) -> dict[str, Any]:
    """One form field: label above, unit inside, help and errors below in words."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", widget.__class__.__name__.lower())
    base = {"select": "form-select", "checkbox": "form-check-input"}.get(kind, "form-control")
    invalid = " is-invalid" if bound.errors else ""
    described = f"{bound.auto_id}_help" if bound.help_text or bound.errors else ""
    attrs = {"class": f"{widget.attrs.get('class', '')} {base}{invalid}".strip()}
    if described:
        attrs["aria-describedby"] = described
    return {
        "bound": bound,
        "unit": unit,
        "kind": kind,
        "wide": wide,
        "described": described,
        "control": bound.as_widget(attrs=attrs),
    }


def _iso(moment: Any) -> str:
    found: datetime | None = numbers.to_datetime(moment)
    return found.isoformat() if found else ""
