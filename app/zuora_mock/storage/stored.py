"""Writing stored records: one row each, and one for each value by which they are found quickly."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, NamedTuple, Protocol

from pydantic_core import to_json
from sqlalchemy import bindparam, delete, insert, select, update

from zuora_mock.domain.catalogue import BY_NAME, CUSTOM_SUFFIX, Field, ObjectType
from zuora_mock.domain.values import Record
from zuora_mock.storage.places import is_key
from zuora_mock.storage.statements import Connected, Prepared
from zuora_mock.storage.tables import STORED_KEYS, STORED_RECORDS
from zuora_mock.storage.tenants import Tenant


class Scoped(Connected, Protocol):
    """A transaction."""

    @property
    def tenant(self) -> Tenant: ...

    @property
    def scope(self) -> dict[str, int]: ...


class Referrer(NamedTuple):
    """A stored record that refers to another, in which field."""

    kind: ObjectType
    field: Field
    id: str


def add(on: Scoped, kind: ObjectType, numbered: Iterable[tuple[int, Record]]) -> None:
    """Records, each with its place in the order of all. Nulls in them are left out."""
    rows = [{**on.scope, "object": kind.name, "seq": seq, **_row(record)} for seq, record in numbered]
    _INSERT.run_many(on, rows)


def add_keys(on: Scoped, kind: ObjectType, records: Iterable[Record]) -> None:
    scope = on.scope
    _INSERT_KEYS.run_many(on, [{**scope, **key} for record in records for key in _keys(kind, record)])


def remove_keys(on: Scoped, kind: ObjectType, records: Iterable[Record]) -> None:
    scope = on.scope
    _DELETE_KEYS.run_many(on, [{**scope, **key} for record in records for key in _keys(kind, record)])


def replace(on: Scoped, kind: ObjectType, before: Record, after: Record) -> None:
    row = {f"_{name}": value for name, value in {**on.scope, **_row(after)}.items()}
    _UPDATE.run(on, row)
    remove_keys(on, kind, [before])
    add_keys(on, kind, [after])


def remove(on: Scoped, kind: ObjectType, records: Sequence[Record]) -> None:
    scope = on.scope
    _DELETE.run_many(on, [{**scope, "wanted": record["Id"]} for record in records])
    remove_keys(on, kind, records)


def referrers(on: Scoped, kind: ObjectType, id: str) -> Iterator[Referrer]:
    """The stored records that refer to this one, and would not stay if it went."""
    for name, key, other in _REFERRERS.all(on, {**on.scope, "wanted": id}):
        field = BY_NAME[name].by_name[key]
        if field.target == kind.name and not field.keeps:
            yield Referrer(BY_NAME[name], field, other)


def record_of(row: Sequence[Any]) -> Record:
    """From its two texts, those of its fields and of its custom fields."""
    body, custom = row
    record: Record = json.loads(body)
    return record if custom is None else {**record, **json.loads(custom)}


def kinds(on: Scoped) -> list[ObjectType]:
    """The objects of which there are records, in the order of the catalogue."""
    present = set(_KINDS.column(on, on.scope))
    return [kind for name, kind in BY_NAME.items() if name in present]


def _row(record: Record) -> dict[str, object]:
    body: Record = {name: value for name, value in record.items() if value is not None}
    custom = {name: body.pop(name) for name in record if name.endswith(CUSTOM_SUFFIX) and name in body}
    return {"Id": record["Id"], "body": _text(body), "custom": _text(custom) if custom else None}


def _text(values: Record) -> str:
    return to_json(values).decode()


def _keys(kind: ObjectType, record: Record) -> Iterator[dict[str, object]]:
    for name in _key_names(kind):
        if (value := record.get(name)) is not None:
            yield {"value": value, "object": kind.name, "field": name, "Id": record["Id"]}


@cache
def _key_names(kind: ObjectType) -> tuple[str, ...]:
    return tuple(each.name for each in kind.fields if is_key(kind, each.name))


_MINE = (STORED_RECORDS.c.tenant == bindparam("tenant"), STORED_RECORDS.c.entity == bindparam("entity"))
_MY_KEYS = (STORED_KEYS.c.tenant == bindparam("tenant"), STORED_KEYS.c.entity == bindparam("entity"))
_INSERT, _INSERT_KEYS = Prepared(lambda _: insert(STORED_RECORDS)), Prepared(lambda _: insert(STORED_KEYS))
_UPDATE = Prepared(
    lambda _: (
        update(STORED_RECORDS)
        .where(
            STORED_RECORDS.c.tenant == bindparam("_tenant"),
            STORED_RECORDS.c.entity == bindparam("_entity"),
            STORED_RECORDS.c.Id == bindparam("_Id"),
        )
        .values(body=bindparam("_body"), custom=bindparam("_custom"))
    )
)
_DELETE = Prepared(lambda _: delete(STORED_RECORDS).where(*_MINE, STORED_RECORDS.c.Id == bindparam("wanted")))
_DELETE_KEYS = Prepared(
    lambda _: delete(STORED_KEYS).where(
        *_MY_KEYS, *(STORED_KEYS.c[name] == bindparam(name) for name in ("value", "object", "field", "Id"))
    )
)
_REFERRERS = Prepared(
    lambda _: (
        select(STORED_KEYS.c.object, STORED_KEYS.c.field, STORED_KEYS.c.Id)
        .where(*_MY_KEYS, STORED_KEYS.c.value == bindparam("wanted"))
        .order_by(STORED_KEYS.c.object, STORED_KEYS.c.field, STORED_KEYS.c.Id)
    )
)
_KINDS = Prepared(lambda _: select(STORED_RECORDS.c.object).where(*_MINE).distinct())
