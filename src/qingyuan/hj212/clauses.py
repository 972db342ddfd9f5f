"""Where a rule stands in each edition. Rules are filed under their number in HJ 212-2017."""

from qingyuan.hj212.commands import EDITIONS

# 2005 numbers its clauses alike up to 6.3; code lists are all in 6.5.
_IN_2005 = {
    "6.4": "附录B",
    "6.6.1": "6.5",
    "6.6.2": "6.5",
    "6.6.3": "6.5",
    "6.6.4": "6.3.3.2.3",
    "6.6.5": "6.5",
    "表C.14": "附录C 6",
}


def cite(clause: str, edition: str) -> str:
    """A clause of HJ 212-2017 as a citation in another edition.

    >>> cite("6.6.5", "2005"), cite("6.3.1", "2017"), cite("6.3.1", "2025")
    ('HJ/T 212-2005 6.5', 'HJ 212-2017 6.3.1', 'HJ 212-2025 (HJ 212-2017 6.3.1)')
    """
    title = EDITIONS[edition].title
    if edition == "2005":
        return f"{title} {_IN_2005.get(clause, clause)}"
    if edition == "2025":
        return f"{title} ({EDITIONS['2017'].title} {clause})"
    return f"{title} {clause}"
