"""The API of analysis: what the pages do, with the same actions."""

from ninja import Router

router = Router(tags=["analysis"])
