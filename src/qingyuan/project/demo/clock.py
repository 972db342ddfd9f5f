"""Lives through past days: inside ``at`` the program's clock shows another instant, so that what a
person did three weeks ago is written with the time of three weeks ago everywhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest import mock


@contextmanager
def at(moment: float) -> Iterator[None]:
    """``time.time`` and Django's ``timezone.now`` give ``moment`` (epoch seconds). For a process
    of one thread."""
    instant = datetime.fromtimestamp(moment, UTC)
    with (mock.patch.object(time, "time", return_value=float(moment)),
          mock.patch("django.utils.timezone.now", return_value=instant)):
        yield
