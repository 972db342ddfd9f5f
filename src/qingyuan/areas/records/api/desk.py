"""The API of the daily remote check."""

from ninja import Router

router = Router()
