"""What a record said when it was submitted, as one SHA-256."""

import hashlib
from typing import Any

import orjson

from ..models import Record


def facts_of(record: Record) -> dict[str, Any]:
    """Form, answers, place, people and times: everything that the digest stands for."""
    return {
        "form": record.form_digest, "answers": record.answers, "point": record.point_id,
        "system": record.system_id, "organisation": record.organisation_id,
        "day": record.day.isoformat(), "version": record.version,
        "replaces": record.replaces_id, "reason": record.reason, "setting": record.setting,
        "author": record.author_id, "who": record.who, "begun_at": record.begun_at,
        "finished_at": record.finished_at, "submitted_at": record.submitted_at,
    }


def digest_of(record: Record) -> str:
    """SHA-256 in hex over the facts as canonical JSON."""
    return hashlib.sha256(
        orjson.dumps(facts_of(record), option=orjson.OPT_SORT_KEYS)).hexdigest()


def sound(record: Record) -> bool:
    """Whether a submitted record still says what it said."""
    return bool(record.digest) and record.digest == digest_of(record)
