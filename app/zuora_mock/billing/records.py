"""Create, read, update and delete of Zuora's objects, row by row: good rows are done though others fail.

Sources: Actions reference, create, update, delete; SOAP API field pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zuora_mock.billing import accounts, fields, invoices
from zuora_mock.billing.outcomes import Outcome
from zuora_mock.billing.splitting import objects as split_objects
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import (
    ACCOUNT,
    CONTACT,
    CREATE,
    INVOICE,
    INVOICE_SPLIT,
    INVOICE_SPLIT_ITEM,
    UPDATE,
    ObjectType,
)
from zuora_mock.domain.values import Record, is_id
from zuora_mock.errors import Refusal, Repair
from zuora_mock.storage.transaction import Transaction

Check = Callable[[Transaction, Record, str, int], Record]
"""Checks a record that is to be written and completes it. Raises Refusal."""

_CREATE_CHECKS: Mapping[ObjectType, Check] = {
    ACCOUNT: accounts.check_new,
    CONTACT: accounts.check_contact,
    INVOICE_SPLIT: split_objects.check_split,
    INVOICE_SPLIT_ITEM: split_objects.check_item,
}
_UPDATE_CHECKS: Mapping[ObjectType, Check] = {
    ACCOUNT: accounts.check_change,
    CONTACT: accounts.check_contact,
    INVOICE_SPLIT_ITEM: split_objects.check_item,
}
_REMOVERS: Mapping[ObjectType, Callable[[Transaction, Record], None]] = {
    ACCOUNT: accounts.remove,
    CONTACT: accounts.remove_contact,
    INVOICE: invoices.delete,
    INVOICE_SPLIT_ITEM: split_objects.remove_item,
}


def create(transaction: Transaction, kind: ObjectType, objects: Sequence[Any], wsdl: int) -> list[Outcome]:
    return [_attempt(lambda: _create(transaction, kind, each, wsdl, f"/objects/{i}")) for i, each in enumerate(objects)]  # noqa: B023


def update(transaction: Transaction, kind: ObjectType, objects: Sequence[Any], wsdl: int) -> list[Outcome]:
    return [_attempt(lambda: _update(transaction, kind, each, wsdl, f"/objects/{i}")) for i, each in enumerate(objects)]  # noqa: B023


def delete(transaction: Transaction, kind: ObjectType, ids: Sequence[Any]) -> list[Outcome]:
    return [_attempt(lambda: _delete(transaction, kind, each, f"/ids/{i}")) for i, each in enumerate(ids)]  # noqa: B023


def _attempt(act: Callable[[], str]) -> Outcome:
    try:
        return Outcome(act())
    except Refusal as refusal:
        return Outcome(refusal=refusal)


def _members(each: Any, pointer: str) -> Mapping[str, Any]:
    if not isinstance(each, dict):
        raise Refusal(
            rules.NULL_ROW,
            f"{pointer} is not an object",
            pointer=pointer,
            expected="an object",
            actual=fields.quoted(each),
        )
    return each


def _create(transaction: Transaction, kind: ObjectType, each: Any, wsdl: int, pointer: str) -> str:
    members = _members(each, pointer)
    fields.require(kind, members, pointer)
    given = fields.read(kind, members, CREATE, transaction, wsdl, pointer)
    record: Record = {name: value for name, value in given.items() if value is not None}
    record = _CREATE_CHECKS[kind](transaction, record, pointer, wsdl)
    identifier = transaction.new_id()
    transaction.insert(kind, [transaction.stamp_new({"Id": identifier, **record})])
    return identifier


def _find(transaction: Transaction, kind: ObjectType, identifier: Any, pointer: str, verb: str) -> Record:
    record = transaction.get(kind, identifier.lower()) if is_id(identifier) else None
    if record is None:
        message = f"invalid id for {verb}"
        raise Refusal(
            rules.INVALID_ID,
            message,
            pointer=pointer,
            expected=fields.expected_id(kind.name, identifier),
            actual=fields.quoted(identifier),
        )
    return record


def _update(transaction: Transaction, kind: ObjectType, each: Any, wsdl: int, pointer: str) -> str:
    members = _members(each, pointer)
    if members.get("Id") in (None, ""):
        raise Refusal(
            rules.MISSING_VALUE,
            "Missing required value: Id",
            pointer=f"{pointer}/Id",
            expected=["Id"],
            actual=members.get("Id"),
        )
    before = _find(transaction, kind, members["Id"], f"{pointer}/Id", "update")
    values = fields.read(kind, members, UPDATE, transaction, wsdl, pointer)
    values |= fields.nulls(kind, members, pointer, wsdl, UPDATE, transaction.tenant.custom_fields)
    _forbid_emptying(kind, values, pointer)
    if kind is INVOICE:
        _at(pointer, lambda: invoices.update(transaction, before, values))
    elif values:
        check = _UPDATE_CHECKS.get(kind)
        values = check(transaction, {**before, **values}, pointer, wsdl) if check else values
        transaction.update(kind, before, {**_changed(before, values), **transaction.stamp()})
    return str(before["Id"])


def _at(pointer: str, act: Callable[[], object]) -> None:
    """Does something to one object; its refusals point into the object, and so below the pointer."""
    try:
        act()
    except Refusal as refusal:
        raise refusal.moved("", pointer) from None


def _changed(before: Record, values: Record) -> Record:
    return {name: value for name, value in values.items() if before.get(name) != value}


def _forbid_emptying(kind: ObjectType, values: Record, pointer: str) -> None:
    for name in kind.required:
        if name in values and values[name] in (None, ""):
            place, given = f"{pointer}/{name}", values[name]
            message = f"Missing required value: {name}"
            raise Refusal(
                rules.MISSING_VALUE,
                message,
                pointer=place,
                expected="a value",
                actual=given,
                repair=Repair({place: None}),
            )


def _delete(transaction: Transaction, kind: ObjectType, identifier: Any, pointer: str) -> str:
    record = _find(transaction, kind, identifier, pointer, "delete")
    _at(pointer, lambda: _REMOVERS[kind](transaction, record))
    return str(record["Id"])
