"""Records of the objects that the mock only stores: checked against the catalogue, and numbered where Zuora does so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from zuora_mock.billing import fields, numbering, references
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import BY_NAME, CREATE, Access, Field, ObjectType, is_custom
from zuora_mock.domain.values import Record, Type
from zuora_mock.errors import Refusal
from zuora_mock.storage.transaction import Transaction

PartToBe = tuple[ObjectType, str, Record]
"""A record to be, and the field of it that refers to the whole."""

_MADE = frozenset({"Id", "CreatedById", "CreatedDate", "UpdatedById", "UpdatedDate"})


def create(transaction: Transaction, kind: ObjectType, members: Mapping[str, Any], wsdl: int) -> str:
    """Returns the id. Raises Refusal."""
    fields.require(kind, members, transaction.tenant.custom_fields, wsdl, {})
    read = fields.read(kind, members, CREATE, transaction, wsdl)
    values = {**numbering.given(transaction, kind, read), **_visible(kind, read)}
    references.check(transaction, kind, values)
    parts = list(_parts(transaction, kind, members, wsdl))
    identifier = _insert(transaction, kind, values)
    for target, own, part in parts:
        _insert(transaction, target, {**part, own: identifier})
    return identifier


def update(transaction: Transaction, kind: ObjectType, before: Record, values: Record) -> None:
    """Raises Refusal."""
    changed = {name: value for name, value in _visible(kind, values).items() if before.get(name) != value}
    references.check(transaction, kind, changed)
    transaction.update(kind, before, {**changed, **_known(kind, transaction.stamp())})


def _insert(transaction: Transaction, kind: ObjectType, values: Record) -> str:
    identifier = transaction.new_id()
    given: Record = {name: value for name, value in values.items() if value is not None}
    stamp = _known(kind, transaction.stamp_new({}))
    transaction.insert(kind, [{"Id": identifier, **stamp, **given}])
    return identifier


def _parts(transaction: Transaction, kind: ObjectType, members: Mapping[str, Any], wsdl: int) -> Iterator[PartToBe]:
    """What the rows of structures `{"<object>": [{…}, …]}` become. Raises Refusal."""
    for field in kind.fields:
        if field.type is not Type.STRUCTURE or not field.target or members.get(field.name) is None:
            continue
        target = BY_NAME[field.target]
        (own,) = (each.name for each in target.references if each.target == kind.name)
        for position, row in enumerate(_rows(field, members[field.name])):
            try:
                given = {name: value for name, value in fields.members_of(row).items() if name not in {*_MADE, own}}
                yield target, own, fields.read(target, given, Access.QUERY, transaction, wsdl)
            except Refusal as refusal:
                raise refusal.under(field.name, target.name, position) from None


def _rows(field: Field, structure: Any) -> list[Any]:
    rows = structure.get(field.target) if isinstance(structure, dict) else None
    if not isinstance(rows, list):
        needed = f'{{"{field.target}": [{{…}}, …]}}'
        message, actual = f"{field.name}: {needed} is needed", fields.shown(structure)
        raise rules.INVALID_VALUE.refusal(message, at=f"/{field.name}", expected=needed, actual=actual)
    return rows


def _visible(kind: ObjectType, values: Record) -> Record:
    """What is only written, such as the number of a card, is not kept."""
    return {name: value for name, value in values.items() if is_custom(name) or kind.by_name[name].seen}


def _known(kind: ObjectType, values: Record) -> Record:
    return {name: value for name, value in values.items() if name in kind.by_name}
