"""Idempotency keys: the first answer is kept 24 hours of the tenant's clock (guide: Idempotent requests)."""

from __future__ import annotations

from hashlib import blake2b

from zuora_mock.api.gateway.call import Answer, Request
from zuora_mock.api.gateway.headers import LONGEST_KEY
from zuora_mock.clock import DAY
from zuora_mock.domain import rules
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.storage import idempotency as rows
from zuora_mock.storage.idempotency import KeptAnswer
from zuora_mock.storage.transaction import Transaction

NOT_KEPT = frozenset({401, 409, 422, 429})
METHODS = frozenset({"POST", "PATCH"})
WITHOUT_MEANING = frozenset({"GET", "HEAD", "DELETE"})


def check_key(key: str, method: str) -> None:
    """Raises Refusal for a method that takes no key, and for an empty or over-long key."""
    if method not in METHODS:
        message = f"Request method '{method}' not supported with Idempotency-Key header"
        raise rules.KEY_METHOD.refusal(message, expected=sorted(METHODS), actual=method, remedy=Remedy())
    if not 0 < len(key) <= LONGEST_KEY:
        message = f"Idempotency-Key has {len(key)} characters, 1 to {LONGEST_KEY} are allowed"
        expected, actual = f"1 to {LONGEST_KEY} characters", f"{len(key)} characters"
        raise rules.KEY_FORM.refusal(message, expected=expected, actual=actual, remedy=Remedy())


def in_progress(key: str) -> Refusal:
    return rules.KEY_IN_PROGRESS.refusal(
        f"the request with Idempotency-Key '{key}' is still in progress",
        expected="a key of no request under way",
        actual=key,
    )


def digest(body: bytes) -> str:
    return blake2b(body, digest_size=16).hexdigest()


def find(transaction: Transaction, key: str, request: Request) -> KeptAnswer | None:
    """The first answer to this key, if it is still kept. Raises Refusal where the key was used for something else."""
    kept = rows.find(transaction, key)
    if kept is None:
        return None
    if kept.kept_at + DAY <= transaction.now():
        rows.remove(transaction, key)
        return None
    if kept.entity != transaction.entity:
        message = f"Idempotency-Key '{key}' was used by another entity"
        expected, actual = "a key of this entity", "a key of another one"
        raise rules.KEY_REUSED.refusal(message, expected=expected, actual=actual, remedy=Remedy())
    if (kept.method, kept.path) != (request.method, request.path):
        message = f"Idempotency-Key '{key}' was used for {kept.method} {kept.path}"
        expected, actual = f"{kept.method} {kept.path}", f"{request.method} {request.path}"
        raise rules.KEY_REUSED.refusal(message, expected=expected, actual=actual, remedy=Remedy())
    if transaction.tenant.settings.strict and kept.digest != digest(request.body):
        message = f"Idempotency-Key '{key}' was used with another body"
        expected, actual = "the body that the key was first used with", "another body"
        raise rules.KEY_BODY.refusal(message, expected=expected, actual=actual, remedy=Remedy())
    return kept


def keep(transaction: Transaction, key: str, request: Request, answer: Answer) -> None:
    """Keeps a first answer, good or bad, in the transaction of its call: its status, content type and body.

    The tracing headers are each call's own.
    """
    if answer.status in NOT_KEPT:
        return
    kept = KeptAnswer(
        key=key,
        entity=transaction.entity,
        method=request.method,
        path=request.path,
        digest=digest(request.body),
        kept_at=transaction.now(),
        status=answer.status,
        content_type=answer.content_type,
        body=answer.body,
        rules=tuple(rule.name for rule in answer.rules),
    )
    rows.add(transaction, kept)
