"""An own figure as the unit's manager enters it."""

from datetime import date

import pytest


@pytest.fixture
def entered(cast):
    """``entered(value="40")``: minutes of a valid hour, the unit's own rule since 2026-03-01."""
    from qingyuan.areas.rules.actions import override_rule

    def enter(scope=None, **facts):
        facts = {
            "name": "gas.hour.min_valid_minutes", "value": "40", "link": "organisation",
            "since": date(2026, 3, 1), "clause": "示例运维制度 3.2", "source": "示例文件 7 号",
            "why": "示例理由", **facts,
        }
        return override_rule(scope or cast.manager, **facts)

    return enter
