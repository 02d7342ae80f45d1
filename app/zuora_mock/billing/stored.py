"""Records of the objects that the mock only stores: checked against the catalogue, and numbered where Zuora does so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zuora_mock.billing import exports, fields, numbering, parts, references
from zuora_mock.billing.exports import EXPORT
from zuora_mock.domain.catalogue import CREATE, ObjectType, is_custom
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction


def create(transaction: Transaction, kind: ObjectType, members: Mapping[str, Any], wsdl: int) -> str:
    """Returns the id. Raises Refusal."""
    fields.require(kind, members, transaction.tenant.custom_fields, wsdl, {})
    read = fields.read(kind, members, CREATE, transaction, wsdl)
    values = {**numbering.given(transaction, kind, read), **_visible(kind, read)}
    values = exports.begin(transaction, values) if kind is EXPORT else values
    references.check(transaction, kind, values)
    inside = parts.read(transaction, kind, members, wsdl)
    identifier = parts.insert(transaction, kind, values)
    if kind is EXPORT:
        exports.order(transaction, identifier)
    for each in inside:
        parts.write(transaction, identifier, each)
    return identifier


def update(
    transaction: Transaction, kind: ObjectType, before: Record, values: Record, members: Mapping[str, Any], wsdl: int
) -> None:
    """`values` are fields of the record itself, read from the members. Raises Refusal."""
    changed = {name: value for name, value in _visible(kind, values).items() if before.get(name) != value}
    references.check(transaction, kind, changed)
    inside = parts.read(transaction, kind, members, wsdl)
    transaction.update(kind, before, {**changed, **parts.known(kind, transaction.stamp())})
    for each in inside:
        parts.write(transaction, str(before["Id"]), each)


def _visible(kind: ObjectType, values: Record) -> Record:
    """What is only written, such as the number of a card, is not kept."""
    return {name: value for name, value in values.items() if is_custom(name) or kind.by_name[name].seen}
