"""Objects by a key that is an id or a number (guide, Requests and responses)."""

from __future__ import annotations

from collections.abc import Mapping

from zuora_mock.billing.fields import shown
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import ACCOUNT, BY_NAME, INVOICE, ObjectType
from zuora_mock.domain.values import Record, is_id
from zuora_mock.errors import Refusal
from zuora_mock.storage.transaction import Transaction

_NUMBERS: Mapping[ObjectType, tuple[str, ...]] = {
    ACCOUNT: ("AccountNumber",),
    INVOICE: ("InvoiceNumber",),
    BY_NAME["Subscription"]: ("Name",),
    BY_NAME["Product"]: ("SKU", "ProductNumber"),
}


def find(transaction: Transaction, kind: ObjectType, key: str) -> Record | None:
    """Of records with the same number the one of the latest version."""
    record = transaction.get(kind, key.lower()) if is_id(key) else None
    if record is not None:
        return record
    found = (each for name in _NUMBERS.get(kind, ()) for each in transaction.find(kind, **{name: key}))
    return max(found, key=_version, default=None)


def _version(record: Record) -> tuple[bool, int]:
    return bool(record.get("IsLatestVersion")), int(record.get("Version") or 0)


def get(transaction: Transaction, kind: ObjectType, key: str) -> Record:
    """Raises Refusal (`object.key`)."""
    record = find(transaction, kind, key)
    if record is None:
        raise unknown(key, kind.name)
    return record


def unknown(key: str, name: str) -> Refusal:
    """The refusal of a key of a thing of this name."""
    expected = f"the id or number of {'an' if name[0] in 'AEIOU' else 'a'} {name}"
    return rules.ENTITY_KEY.refusal(f"Cannot find entity by key: '{shown(key)}'.", expected=expected, actual=shown(key))
