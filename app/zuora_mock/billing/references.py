"""What records refer to: that it is there when they are written, and what becomes of them when it goes.

Assumed: a record that others refer to is not deleted, but what is a part of it goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator

from zuora_mock.billing.fields import expected_id, no_such
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import BY_NAME, ObjectType, referring
from zuora_mock.domain.values import Record
from zuora_mock.errors import Remedy
from zuora_mock.storage import stored
from zuora_mock.storage.stored import Referrer
from zuora_mock.storage.transaction import Transaction

Found = tuple[ObjectType, Record]


def check(transaction: Transaction, kind: ObjectType, values: Record) -> None:
    """Raises Refusal (`object.reference`) for an id that no record of its kind has."""
    for field in kind.references:
        wanted, target = values.get(field.name), BY_NAME[field.target]
        if wanted is not None and transaction.get(target, str(wanted)) is None:
            remedy = None if field.required else Remedy({f"/{field.name}": None})
            raise no_such(field.name, target.words, wanted, expected_id(target.name, wanted), remedy)


def remove(transaction: Transaction, kind: ObjectType, record: Record) -> None:
    """The record with its parts. Raises Refusal (`object.delete`) while others refer to them."""
    for each, gone in [*stored_parts(transaction, kind, record), (kind, record)]:
        transaction.delete(each, [gone])


def stored_parts(transaction: Transaction, kind: ObjectType, record: Record) -> list[Found]:
    """The stored records that are parts of this one. Raises Refusal (`object.delete`) while others refer to them."""
    going: dict[str, Found] = {str(record["Id"]): (kind, record)}
    pending, others = list(going), list[Referrer]()
    while pending:
        whole = pending.pop()
        for referrer, field, other in _referring(transaction, going[whole][0], whole):
            part = transaction.get(referrer, other) if field.part and other not in going else None
            if part is not None:
                going[other] = (referrer, part)
                pending.append(other)
            elif not field.part:
                others.append(Referrer(referrer, field, other))
    _refuse(kind, record, [each for each in others if each.id not in going])
    return list(going.values())[1:]


def _referring(transaction: Transaction, kind: ObjectType, id: str) -> Iterator[Referrer]:
    yield from stored.referrers(transaction, kind, id)
    for other, field in referring(kind.name) if kind.stored else ():
        if not other.stored:
            found = transaction.find(other, **{field.name: id})
            yield from (Referrer(other, field, str(each["Id"])) for each in found)


def _refuse(kind: ObjectType, record: Record, others: list[Referrer]) -> None:
    if others:
        other, field, identifier = others[0]
        message = f"the {kind.words} is the {field.name} of {other.words} {identifier} and cannot be deleted"
        raise rules.CANNOT_DELETE.refusal(message, expected=f"no {other.name} that refers to it", actual=record["Id"])
