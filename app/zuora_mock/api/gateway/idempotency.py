"""Idempotency keys: the first answer is kept 24 hours of the tenant's clock (guide: Idempotent requests)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

from zuora_mock.clock import DAY
from zuora_mock.domain import rules
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.storage import idempotency as rows
from zuora_mock.storage.idempotency import KeptAnswer
from zuora_mock.storage.transaction import Transaction

LONGEST_KEY = 255
NOT_KEPT = frozenset({401, 409, 422, 429})
METHODS = frozenset({"POST", "PATCH"})
WITHOUT_MEANING = frozenset({"GET", "HEAD", "DELETE"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A first answer: status, content type and body are repeated, the tracing headers are each call's own."""

    status: int
    content_type: str
    body: bytes
    rules: tuple[str, ...]


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


def find(transaction: Transaction, key: str, method: str, path: str, body: bytes) -> Kept | None:
    """The first answer to this key, if it is still kept. Raises Refusal where the key was used for something else."""
    row = rows.find(transaction, key)
    if row is None:
        return None
    if row.kept_at + DAY <= transaction.now():
        rows.remove(transaction, key)
        return None
    if (row.method, row.path) != (method, path):
        message = f"Idempotency-Key '{key}' was used for {row.method} {row.path}"
        expected, actual = f"{row.method} {row.path}", f"{method} {path}"
        raise rules.KEY_REUSED.refusal(message, expected=expected, actual=actual, remedy=Remedy())
    if transaction.tenant.settings.strict and row.digest != digest(body):
        message = f"Idempotency-Key '{key}' was used with another body"
        expected, actual = "the body that the key was first used with", "another body"
        raise rules.KEY_BODY.refusal(message, expected=expected, actual=actual, remedy=Remedy())
    return Kept(row.status, row.content_type, row.body, row.rules)


def keep(transaction: Transaction, key: str, method: str, path: str, body: bytes, answer: Kept) -> None:
    """Keeps a first answer, good or bad, in the transaction of its call."""
    kept = KeptAnswer(
        key=key,
        method=method,
        path=path,
        digest=digest(body),
        kept_at=transaction.now(),
        status=answer.status,
        content_type=answer.content_type,
        body=answer.body,
        rules=answer.rules,
    )
    rows.add(transaction, kept)
