"""The API of findings: what the pages do, with the same actions."""

from ninja import Router

router = Router(tags=["findings"])
