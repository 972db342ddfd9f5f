"""The API of records and forms."""

from ninja import Router

router = Router()
