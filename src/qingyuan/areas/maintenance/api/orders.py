"""The API of work orders and letters."""

from ninja import Router

router = Router()
