"""The API under ``/api/v1/``: the same queries and actions as the pages, with its own description
at ``/api/v1/openapi.json``. The caller is a signed-in page (session and CSRF token) or a program
with a token (``Authorization: Bearer …``)."""

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import HttpBearer, SessionAuth

from qingyuan.areas.analysis.api import router as analysis
from qingyuan.areas.assets.api import router as assets
from qingyuan.areas.assets.labels_api import router as labels
from qingyuan.areas.bundles.api import router as bundles
from qingyuan.areas.capability.api import router as capability
from qingyuan.areas.conduct.api import router as conduct
from qingyuan.areas.documents.api import router as documents
from qingyuan.areas.files.api import router as files
from qingyuan.areas.findings.api import router as findings
from qingyuan.areas.laboratory.api import router as laboratory
from qingyuan.areas.maintenance.api.agreements import router as agreements
from qingyuan.areas.maintenance.api.orders import router as orders
from qingyuan.areas.maintenance.api.tasks import router as tasks
from qingyuan.areas.materials.api import router as materials
from qingyuan.areas.means.api import router as means
from qingyuan.areas.notices.api import router as notices
from qingyuan.areas.organisations import tokens
from qingyuan.areas.overview.api import router as overview
from qingyuan.areas.parameters.api import router as parameters
from qingyuan.areas.people.api import router as people
from qingyuan.areas.periodic.api import router as periodic
from qingyuan.areas.records.api.desk import router as desk
from qingyuan.areas.records.api.presence import router as presence
from qingyuan.areas.records.api.records import router as records
from qingyuan.areas.records.api.review import router as review
from qingyuan.areas.search.api import router as search
from qingyuan.areas.summaries.api import router as summaries
from qingyuan.areas.supervision.api import router as supervision
from qingyuan.areas.supplies.api import router as supplies
from qingyuan.areas.telemetry.api import router as telemetry
from qingyuan.areas.waste.api import router as waste
from qingyuan.areas.watch.api import router as watch


class _Member(SessionAuth):
    """A signed-in person with a membership."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return super().authenticate(request, key) and request.scope  # type: ignore[attr-defined]


class _Token(HttpBearer):
    """A program with a token: acts in the token's membership."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        scope = tokens.scope_of(token, request.META.get("REMOTE_ADDR", ""))
        if scope is not None:
            request.scope = scope  # type: ignore[attr-defined]
            request.user = scope.user  # type: ignore[assignment]
        return scope


api = NinjaAPI(title="清源 Qingyuan", version="1", auth=[_Token(), _Member()], docs_url=None)
api.add_router("/", assets)
api.add_router("/", labels)
api.add_router("/files", files)
api.add_router("/", tasks)
api.add_router("/", orders)
api.add_router("/", agreements)
api.add_router("/", records)
api.add_router("/", presence)
api.add_router("/", review)
api.add_router("/", desk)
api.add_router("/", notices)
api.add_router("/", findings)
api.add_router("/", parameters)
api.add_router("/", watch)
api.add_router("/", telemetry)
api.add_router("/", supervision)
api.add_router("/", people)
api.add_router("/", conduct)
api.add_router("/", documents)
api.add_router("/", means)
api.add_router("/", laboratory)
api.add_router("/", supplies)
api.add_router("/", materials)
api.add_router("/", search)
api.add_router("/", capability)
api.add_router("/", overview)
api.add_router("/", periodic)
api.add_router("/", waste)
api.add_router("/", summaries)
api.add_router("/", bundles)
api.add_router("/", analysis)


@api.exception_handler(ValidationError)
def _refused(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """422 with sentences by field; "" for what concerns the whole."""
    said = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    return api.create_response(request, {"errors": said}, status=422)


@api.exception_handler(PermissionDenied)
def _forbidden(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return api.create_response(request, {"errors": {"": [str(error)]}}, status=403)


@api.exception_handler(ObjectDoesNotExist)
def _absent(request: HttpRequest, error: ObjectDoesNotExist) -> HttpResponse:
    return api.create_response(request, {"errors": {"": ["not found"]}}, status=404)
