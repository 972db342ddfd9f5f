"""The API of presence and entry logs."""

from ninja import Router

router = Router()
