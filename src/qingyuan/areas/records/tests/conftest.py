"""Answers of a form as a browser sends them, and what stands on a page in words."""

import html
import re
from collections.abc import Callable

import pytest
from django.http import QueryDict

DAY = "2026-03-05"


@pytest.fixture
def post() -> Callable:
    """``post(client, form, answers, technique)``: the answers through the form's inputs."""
    from qingyuan.areas.records.reading import as_sent

    def send(client, form, answers, technique: str, **more):
        sent = QueryDict(mutable=True)
        for name, value in as_sent(form, answers):
            sent.appendlist(name, value)
        for name, value in more.items():
            sent[name] = value
        return client.post(f"/forms/{form.code}/?technique={technique}&at={DAY}", sent.urlencode(),
                           content_type="application/x-www-form-urlencoded")

    return send


@pytest.fixture
def said() -> Callable[[str], str]:
    """The text of a page that a person reads, without codes set in the fixed-width face."""

    def words(page: str) -> str:
        page = re.sub(r'<(\w+)[^>]*class="mono[^"]*"[^>]*>.*?</\1>', " ", page, flags=re.S)
        page = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.S)
        shown = " ".join(re.findall(r'(?:placeholder|aria-label|title)="([^"]*)"', page))
        return html.unescape(re.sub(r"<[^>]+>", " ", page) + " " + shown)

    return words
