"""The API of periodic: what the pages do, with the same actions."""

from ninja import Router

router = Router(tags=["periodic"])
