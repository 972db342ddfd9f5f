"""The API of attachments."""

from ninja import Router

router = Router()
