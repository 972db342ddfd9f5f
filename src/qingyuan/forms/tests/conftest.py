"""What the tests of forms share: the shipped forms, the book, everything switched on."""

import pytest

from qingyuan.forms import METHODS, SETS, Setting, load_forms
from qingyuan.standards import load


@pytest.fixture(scope="session")
def book():
    return load()


@pytest.fixture(scope="session")
def forms():
    return load_forms()


@pytest.fixture(scope="session")
def everything():
    """A setting with every method and set switched on."""
    return lambda technique: Setting(technique, frozenset(METHODS), frozenset(SETS))
