"""Answered and handled in time: the figures, and that each leads to what it counts."""

import re

import pytest

from qingyuan.areas.findings import listing, rates
from qingyuan.areas.findings.models import Finding

MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.fixture
def raised(cast, found, now):
    """``raised(kind, answered, handled, closed)``: minutes after being raised three days ago."""

    def enter(kind="zero", answered=None, handled=None, closed=None, **facts):
        at = now - 72 * HOUR
        one = found(kind, key=f"{kind}:{Finding.objects.count()}", at=at)
        said = {"acknowledged_at": answered, "handled_at": handled, "closed_at": closed}
        Finding.objects.filter(pk=one.pk).update(**{
            "raised_at": at, "respond_due": at + 2 * HOUR, "handle_due": at + 24 * HOUR,
            "person": cast.engineer.user if answered else None,
            **{name: None if value is None else at + value * MINUTE
               for name, value in said.items()}, **facts})
        return one

    return enter


@pytest.fixture
def several(raised):
    raised(answered=30, handled=600, closed=700)   # both in time
    raised(answered=90, handled=2000)              # handled late
    raised(answered=150)                           # answered late, not handled
    raised(closed=20)                              # over before its clock ran out: neither
    raised("gap")                                  # nobody did anything
    raised("gap", answered=10, silenced=True)      # nobody was told
    raised("zero", answered=10, respond_due=None)  # no clock of response


def test_shares_and_medians_by_kind(several, now):
    groups, whole = rates.rates(rates.lines(Finding.objects.all()), "kind", now)
    zero, gap = groups
    assert (zero.key, zero.count, gap.key, gap.count) == ("zero", 5, "gap", 1)
    assert (zero.respond.met, zero.respond.late, zero.respond.median) == (2, 1, 90)
    assert (zero.handle.met, zero.handle.late, zero.handle.median) == (1, 3, 1300)
    assert (gap.respond.met, gap.respond.late, gap.respond.median) == (0, 1, None)
    assert whole.respond.share == pytest.approx(50)


def test_every_number_leads_to_the_findings_it_counts(cast, several, browser_of, budget):
    client = browser_of("manager")
    for by in rates.GROUPS:
        with budget("finding rates"):
            page = client.get(f"/findings/rates/?by={by}").content.decode()
        links = re.findall(r'href="/findings/\?([^"]*)">(\d+)</a>', page)
        assert len(links) >= 10
        for query, shown in links:
            said = dict(one.split("=") for one in query.replace("&amp;", "&").split("&"))
            rows = listing.found(cast.manager, listing.Filters.of(said))
            assert (query, rows.count()) == (query, int(shown))
    assert "零值" in client.get("/findings/rates/table.csv").content.decode()


def test_another_unit_has_no_figures_of_ours(several, browser_of):
    assert "本期没有发现" in browser_of("outsider").get("/findings/rates/").content.decode()
    assert "本期没有发现" in browser_of("discharger").get("/findings/rates/").content.decode()
