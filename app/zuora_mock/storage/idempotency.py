"""First answers, kept for the idempotency keys that their calls had."""

from __future__ import annotations

import json
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select

from zuora_mock.storage import bulk
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import IDEMPOTENCY
from zuora_mock.storage.transaction import Transaction


class KeptAnswer(NamedTuple):
    """`method`, `path` and `digest` are those of the request; `rules` the names of those that the answer broke."""

    key: str
    entity: int
    method: str
    path: str
    digest: str
    kept_at: int
    status: int
    content_type: str
    body: bytes
    rules: tuple[str, ...]


def add(transaction: Transaction, kept: KeptAnswer) -> None:
    values = {name: getattr(kept, name) for name in _COLUMNS}
    _INSERT.run(transaction, {**values, "tenant": transaction.tenant.world, "rules": json.dumps(kept.rules)})


def find(transaction: Transaction, key: str) -> KeptAnswer | None:
    row = _FIND.first(transaction, {"whose": transaction.tenant.world, "wanted": key})
    if row is None:
        return None
    *values, names = row
    return KeptAnswer(*(*values, tuple(json.loads(names))))


def remove(transaction: Transaction, key: str) -> None:
    _REMOVE.run(transaction, {"whose": transaction.tenant.world, "wanted": key})


def remove_older(transaction: Transaction, instant: int) -> None:
    """Those that were kept at this instant or before."""
    _REMOVE_OLDER.run(transaction, {"whose": transaction.tenant.world, "last": instant})


def trim(transaction: Transaction, most: int) -> int:
    """Removes the oldest of more than so many; how many they were."""
    return bulk.trim(transaction, IDEMPOTENCY, transaction.tenant.world, most, "kept_at")


_COLUMNS = KeptAnswer._fields
_WHOSE = IDEMPOTENCY.c.tenant == bindparam("whose")
_MINE = (_WHOSE, IDEMPOTENCY.c.key == bindparam("wanted"))
_INSERT = Prepared(lambda _: insert(IDEMPOTENCY))
_FIND = Prepared(lambda _: select(*(IDEMPOTENCY.c[name] for name in _COLUMNS)).where(*_MINE))
_REMOVE = Prepared(lambda _: delete(IDEMPOTENCY).where(*_MINE))
_REMOVE_OLDER = Prepared(lambda _: delete(IDEMPOTENCY).where(_WHOSE, IDEMPOTENCY.c.kept_at <= bindparam("last")))
