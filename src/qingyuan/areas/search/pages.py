"""The page of search: what was found, by kind."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from qingyuan.areas.organisations.access import page
from qingyuan.ui.address import small_int

from . import index, kinds

PAGE = 20


class _Found:
    """Hits as a paginator takes them: counted already, read a page at a time."""

    def __init__(self, total: int, rows: tuple[index.Row, ...]) -> None:
        self.total, self.rows = total, rows

    def __len__(self) -> int:
        return self.total

    def __getitem__(self, place: slice) -> tuple[index.Row, ...]:
        return self.rows


@page("search")
def search(request: HttpRequest) -> HttpResponse:
    """What holds all the words; the tabs count it by kind."""
    scope, text = request.scope, request.GET.get("q", "").strip()[:64]
    seen = kinds.seen(scope)
    kind = request.GET.get("kind", "")
    kind = kind if kind in seen else ""
    number = max(small_int(request.GET.get("page", ""), 1, 10_000) or 1, 1)
    hits = index.find(scope, text, kinds=(kind,) if kind else (), limit=PAGE,
                      offset=PAGE * (number - 1))
    shown = Paginator(_Found(hits.total, hits.rows), PAGE).get_page(number)
    if shown.number != number:
        hits = index.find(scope, text, kinds=(kind,) if kind else (), limit=PAGE,
                          offset=PAGE * (shown.number - 1))
    every = sum(hits.counts.values())
    return render(request, "search/search.html", {
        "page": shown, "rows": hits.rows, "search_text": text, "kind": kind, "every": every,
        "tabs": [(name, one, hits.counts[name]) for name, one in seen.items()],
    })
