"""Create, update and delete of Zuora's objects, row by row: good rows are done though others fail.

Sources: Actions reference, create, update, delete; SOAP API field pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zuora_mock.billing import accounts, fields, invoices, references, stored, taxation
from zuora_mock.billing.outcomes import Outcome, attempt
from zuora_mock.billing.splitting import submission as splits
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import (
    ACCOUNT,
    CONTACT,
    CREATE,
    INVOICE,
    INVOICE_ITEM,
    INVOICE_SPLIT,
    INVOICE_SPLIT_ITEM,
    TAXATION_ITEM,
    UPDATE,
    ObjectType,
)
from zuora_mock.domain.values import Record, is_id
from zuora_mock.errors import Remedy
from zuora_mock.storage.transaction import Transaction

Check = Callable[[Transaction, Record, int], Record]
"""Checks a record that is to be written and completes it. Raises Refusal."""

_CREATE_CHECKS: Mapping[ObjectType, Check] = {
    ACCOUNT: accounts.check_new,
    CONTACT: accounts.check_contact,
    INVOICE_SPLIT: splits.check_split,
    INVOICE_SPLIT_ITEM: splits.check_item,
}
_UPDATE_CHECKS: Mapping[ObjectType, Check] = {
    ACCOUNT: accounts.check_change,
    CONTACT: accounts.check_contact,
    INVOICE_ITEM: invoices.check_item,
    INVOICE_SPLIT_ITEM: splits.check_item,
}
_UPDATERS: Mapping[ObjectType, Callable[[Transaction, Record, Record], object]] = {
    INVOICE: invoices.update,
    TAXATION_ITEM: taxation.update,
}
_REMOVERS: Mapping[ObjectType, Callable[[Transaction, Record], None]] = {
    ACCOUNT: accounts.remove,
    CONTACT: accounts.remove_contact,
    INVOICE: invoices.delete,
    INVOICE_SPLIT_ITEM: splits.remove_item,
    TAXATION_ITEM: taxation.remove,
}


def create(transaction: Transaction, kind: ObjectType, rows: Sequence[Any], wsdl: int) -> list[Outcome]:
    return [attempt(_create, transaction, kind, row, wsdl) for row in rows]


def update(transaction: Transaction, kind: ObjectType, rows: Sequence[Any], wsdl: int) -> list[Outcome]:
    return [attempt(_update, transaction, kind, row, wsdl) for row in rows]


def delete(transaction: Transaction, kind: ObjectType, ids: Sequence[Any]) -> list[Outcome]:
    return [attempt(_delete, transaction, kind, each) for each in ids]


def _create(transaction: Transaction, kind: ObjectType, row: Any, wsdl: int) -> str:
    members = fields.members_of(row)
    if kind.stored:
        return stored.create(transaction, kind, members, wsdl)
    also = accounts.also_required(transaction, wsdl) if kind is ACCOUNT else {}
    fields.require(kind, members, transaction.tenant.custom_fields, wsdl, also)
    values = fields.read(kind, members, CREATE, transaction, wsdl)
    record: Record = {name: value for name, value in values.items() if value is not None}
    if kind is TAXATION_ITEM:
        return taxation.create(transaction, record)
    record = _CREATE_CHECKS[kind](transaction, record, wsdl)
    identifier = transaction.new_id()
    transaction.insert(kind, [transaction.stamp_new({"Id": identifier, **record})])
    return identifier


def _find(transaction: Transaction, kind: ObjectType, identifier: Any, verb: str, at: str = "") -> Record:
    record = transaction.get(kind, identifier.lower()) if is_id(identifier) else None
    if record is None:
        expected, actual = fields.expected_id(kind.name, identifier), fields.quoted(identifier)
        raise rules.INVALID_ID.refusal(f"invalid id for {verb}", at=at, expected=expected, actual=actual)
    return record


def _update(transaction: Transaction, kind: ObjectType, row: Any, wsdl: int) -> str:
    members = fields.members_of(row)
    identifier = members.get("Id")
    if identifier in (None, ""):
        raise fields.missing("Id", expected=["Id"], actual=identifier)
    before = _find(transaction, kind, identifier, "update", at="/Id")
    values = fields.read(kind, members, UPDATE, transaction, wsdl)
    values |= fields.nulls(kind, members, wsdl, UPDATE, transaction.tenant.custom_fields)
    _forbid_emptying(kind, values)
    if kind in _UPDATERS:
        _UPDATERS[kind](transaction, before, values)
    elif kind.stored:
        stored.update(transaction, kind, before, values, members, wsdl)
    elif values:
        check = _UPDATE_CHECKS.get(kind)
        values = check(transaction, {**before, **values}, wsdl) if check else values
        transaction.update(kind, before, {**_changed(before, values), **transaction.stamp()})
    return str(before["Id"])


def _changed(before: Record, values: Record) -> Record:
    return {name: value for name, value in values.items() if before.get(name) != value}


def _forbid_emptying(kind: ObjectType, values: Record) -> None:
    for name in kind.required:
        if name in values and (value := values[name]) in (None, ""):
            raise fields.missing(name, expected="a value", actual=value, remedy=Remedy({f"/{name}": None}))


def _delete(transaction: Transaction, kind: ObjectType, identifier: Any) -> str:
    record = _find(transaction, kind, identifier, "delete")
    if kind.stored:
        references.remove(transaction, kind, record)
    else:
        _REMOVERS[kind](transaction, record)
    return str(record["Id"])
