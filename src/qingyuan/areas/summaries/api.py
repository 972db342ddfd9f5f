"""The API of summaries: what the pages do, with the same actions."""

from ninja import Router

router = Router(tags=["summaries"])
