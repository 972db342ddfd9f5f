"""The API of the back office's review."""

from ninja import Router

router = Router()
