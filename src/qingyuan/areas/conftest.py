"""Fixtures of the page tests: somebody at a browser, and the number of queries a page may need."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BUDGETS = Path(__file__).parents[3] / "tests" / "query_counts.json"


@pytest.fixture
def browser_of(cast) -> Callable:
    """A signed-in Django client: ``browser_of("engineer")``."""
    from django.test import Client

    def sign_in(who: str) -> Client:
        client = Client()
        client.force_login(getattr(cast, who).user)
        return client

    return sign_in


@pytest.fixture
def budget() -> Callable:
    """``with budget("stations"): …`` fails when a page asks the database more than agreed."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    agreed = json.loads(BUDGETS.read_text())

    @contextmanager
    def counted(name: str) -> Iterator[None]:
        with CaptureQueriesContext(connection) as seen:
            yield
        asked = [query["sql"][:160] for query in seen.captured_queries]
        assert len(asked) <= agreed[name], f"{name}: {len(asked)} queries\n" + "\n".join(asked)

    return counted
