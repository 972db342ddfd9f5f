"""Tags of the task pages: a duty's clock, addresses of a day's tasks."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import template
from django.urls import reverse
from django.utils.http import urlencode

register = template.Library()


@register.simple_tag
def clock_of(clocks: Mapping[tuple[int | None, str], Any], system: int | None, duty: str) -> Any:
    """The clock of a system's duty; None when there is none."""
    return clocks.get((system, duty))


@register.simple_tag(takes_context=True)
def task_days(context: template.Context, view: str, param: str, day: date) -> str:
    """Address of the tasks of a day; of one person, prefecture or point. What filters the calendar
    filters the list."""
    asked = context["request"].GET
    params = {name: asked[name] for name in ("person", "area", "point", "discharger", "kind")
              if asked.get(name)}
    if view and param:
        params[view] = param
    params |= {"from": day.isoformat(), "to": day.isoformat()}
    return f"{reverse('maintenance:tasks')}?{urlencode(params)}"


@register.filter
def split_words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()
