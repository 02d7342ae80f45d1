"""Records that come inside of another one, in a structure `{"<object>": [{…}, …]}`, such as the tiers of a charge.

Sources: API reference, Product Rate Plan Charge Tiers (a charge is updated with all of its tiers). Assumed: a row that
has the id of a part, or its currency and its place, is that part; the part's other fields stay as they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from zuora_mock.billing import fields
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import BY_NAME, Access, Field, ObjectType
from zuora_mock.domain.values import MADE, Record, Type, is_id
from zuora_mock.errors import Refusal
from zuora_mock.storage.transaction import Transaction

_PLACES: Mapping[str, tuple[str, str]] = {"ProductRatePlanChargeTier": ("Currency", "Tier")}
"""What parts are counted within, and the field that has the count."""


class Parts(NamedTuple):
    """Those of one structure: their object, the field that refers to the whole, what is given, and ids given with it.

    The rows of `given` have no `Id`; `ids` has one for each, empty where none was given.
    """

    kind: ObjectType
    owner: str
    given: Sequence[Record]
    ids: Sequence[str]


def read(transaction: Transaction, kind: ObjectType, members: Mapping[str, Any], wsdl: int) -> list[Parts]:
    """Raises Refusal."""
    structures = (each for each in kind.fields if each.type is Type.STRUCTURE and each.target)
    return [
        _read(transaction, kind, each, members[each.name], wsdl)
        for each in structures
        if members.get(each.name) is not None
    ]


def write(transaction: Transaction, whole: str, parts: Parts) -> None:
    """The parts of the whole with this id, in the place of those that it has."""
    there = {str(each["Id"]): each for each in transaction.find(parts.kind, **{parts.owner: whole})}
    for given, wanted in zip(parts.given, parts.ids, strict=True):
        before = there.pop(wanted, None) or _like(parts.kind, given, there)
        if before is None:
            insert(transaction, parts.kind, {**given, parts.owner: whole})
        else:
            there.pop(str(before["Id"]), None)
            transaction.update(parts.kind, before, {**given, **known(parts.kind, transaction.stamp())})
    transaction.delete(parts.kind, list(there.values()))


def insert(transaction: Transaction, kind: ObjectType, values: Record) -> str:
    """Returns the id."""
    identifier = transaction.new_id()
    given: Record = {name: value for name, value in values.items() if value is not None}
    stamp = known(kind, transaction.stamp_new({}))
    transaction.insert(kind, [{"Id": identifier, **stamp, **given}])
    return identifier


def known(kind: ObjectType, values: Record) -> Record:
    return {name: value for name, value in values.items() if name in kind.by_name}


def _read(transaction: Transaction, kind: ObjectType, field: Field, structure: Any, wsdl: int) -> Parts:
    target = BY_NAME[field.target]
    (owner,) = (each.name for each in target.references if each.target == kind.name)
    rows, given = _rows(field, structure), list[Record]()
    for position, row in enumerate(rows):
        try:
            own = {name: value for name, value in fields.members_of(row).items() if name not in {*MADE, owner}}
            given.append(fields.read(target, own, Access.QUERY, transaction, wsdl))
        except Refusal as refusal:
            raise refusal.under(field.name, target.name, position) from None
    ids = [str(row["Id"]).lower() if is_id(row.get("Id")) else "" for row in rows]
    return Parts(target, owner, list(_placed(target, given, ids)), ids)


def _rows(field: Field, structure: Any) -> list[Any]:
    rows = structure.get(field.target) if isinstance(structure, dict) else None
    if not isinstance(rows, list):
        needed = f'{{"{field.target}": [{{…}}, …]}}'
        message, actual = f"{field.name}: {needed} is needed", fields.shown(structure)
        raise rules.INVALID_VALUE.refusal(message, at=f"/{field.name}", expected=needed, actual=actual)
    return rows


def _placed(kind: ObjectType, rows: Sequence[Record], ids: Sequence[str]) -> Iterator[Record]:
    """Rows that say neither their place nor their id get a place by their order."""
    within, place = _PLACES.get(kind.name, ("", ""))
    counted = Counter[object]()
    for row, known_by in zip(rows, ids, strict=True):
        counted[row.get(within)] += 1
        yield {place: counted[row.get(within)], **row} if place and not known_by else row


def _like(kind: ObjectType, row: Record, there: Mapping[str, Record]) -> Record | None:
    names = _PLACES.get(kind.name, ())
    same = (each for each in there.values() if names and all(each.get(name) == row.get(name) for name in names))
    return next(same, None)
