"""A record of Zuora's as a row: most fields have a column, the seldom ones share one, and so do the custom ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from zuora_mock.domain.catalogue import ObjectType, is_custom
from zuora_mock.domain.values import Record, Type
from zuora_mock.storage import stored
from zuora_mock.storage.places import column_names, seldom_names

ASIDE = ("seldom", "custom")


@cache
def column_set(kind: ObjectType) -> frozenset[str]:
    return frozenset(column_names(kind))


@cache
def _booleans(kind: ObjectType) -> tuple[str, ...]:
    return tuple(each.name for each in kind.kept if each.type is Type.BOOLEAN and not each.seldom)


def record_of(kind: ObjectType, row: Sequence[Any], only: Sequence[str] = ()) -> Record:
    """From the values of `places.columns`."""
    if kind.stored:
        return stored.record_of(row)
    names = only or column_names(kind)
    record: Record = {}
    for name, value in zip(names, row, strict=False):
        if value is not None:
            record[name] = value
    for name in _booleans(kind):
        if name in record:
            record[name] = bool(record[name])
    for aside in row[len(names) :]:
        if aside is not None:
            record.update(json.loads(aside))
    return record


def aside_of(kind: ObjectType, record: Mapping[str, object]) -> tuple[str | None, str | None]:
    """The columns of fields that have none of their own."""
    seldom = {name: record[name] for name in seldom_names(kind) if record.get(name) is not None}
    custom = {name: value for name, value in record.items() if is_custom(name) and value is not None}
    return _as_json(seldom), _as_json(custom)


def _as_json(values: Mapping[str, object]) -> str | None:
    return json.dumps(values, ensure_ascii=False) if values else None


def columns_of(kind: ObjectType, values: Record, after: Record) -> dict[str, object]:
    """What is to be written so that a record with these new values is as it is to be."""
    columns: dict[str, object] = {name: value for name, value in values.items() if name in column_set(kind)}
    if len(columns) != len(values):
        columns.update(zip(ASIDE, aside_of(kind, after), strict=True))
    return columns
