"""The API of waste: what the pages do, with the same actions."""

from ninja import Router

router = Router(tags=["waste"])
