"""Queries over Zuora's objects as SQL, and the cursors that keep results of more than one page.

A row is the kept values of the selected fields in the selection's order, the custom fields, if it has any, as one JSON
text at its end. Whatever a user typed is a bound parameter; columns come from the catalogue by name. A cursor holds
copies of the rows, made within SQLite: its pages stay as they were, and Python holds one page at a time.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Float,
    String,
    Table,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
)

from zuora_mock.domain.catalogue import ObjectType, is_custom
from zuora_mock.domain.values import Type
from zuora_mock.domain.zoql.grammar import Operator, Wildcard, like_pattern
from zuora_mock.domain.zoql.selection import Clause, Selection
from zuora_mock.storage.places import equal, table_of, value, whose
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import CURSOR_ROWS, CURSORS
from zuora_mock.storage.transaction import Transaction

Row: TypeAlias = Sequence[Any]
_CUSTOM = "custom"


class Shape(NamedTuple):
    """A clause without its value; `empty` asks whether the field is null."""

    field: str
    operator: Operator
    empty: bool
    numeric: bool


Shapes: TypeAlias = tuple[tuple[Shape, ...], ...]


@dataclass(frozen=True, slots=True)
class Cursor:
    """`names` are the fields of each of the `size` rows."""

    id: str
    object: str
    names: tuple[str, ...]
    size: int
    expires_at: int


def first_rows(transaction: Transaction, selection: Selection, limit: int) -> Sequence[Row]:
    """The oldest rows that match, at most `limit`."""
    statement = _select_first(selection.kind, selection.names, _shapes(selection))
    return statement.all(transaction, {**transaction.scope, **_values(selection), "limit": limit})


def copy_rows(transaction: Transaction, selection: Selection, cursor: str) -> int:
    """Keeps every row that matches for the cursor. Returns their number."""
    statement = _copy(selection.kind, selection.names, _shapes(selection))
    return statement.run(transaction, {**transaction.scope, **_values(selection), "cursor": cursor}).rowcount


def add_cursor(transaction: Transaction, cursor: Cursor) -> None:
    values = {
        "id": cursor.id,
        "object": cursor.object,
        "fields": json.dumps(cursor.names),
        "size": cursor.size,
        "expires_at": cursor.expires_at,
    }
    _INSERT_CURSOR.run(transaction, {**transaction.scope, **values})


def find_cursor(transaction: Transaction, cursor: str) -> Cursor | None:
    """None also for one that has expired."""
    row = _SELECT_CURSOR.first(transaction, {**transaction.scope, "cursor": cursor, "now": transaction.now()})
    if row is None:
        return None
    kind, names, size, expires_at = row
    return Cursor(cursor, kind, tuple(json.loads(names)), size, expires_at)


def cursor_rows(transaction: Transaction, cursor: str, offset: int, limit: int) -> Sequence[Row]:
    page = {"tenant": transaction.tenant.key, "cursor": cursor, "offset": offset, "end": offset + limit}
    rows: list[Row] = json.loads(f"[{','.join(_SELECT_PAGE.column(transaction, page))}]")
    return rows


def remove_expired(transaction: Transaction) -> None:
    tenant = transaction.tenant.key
    for cursor in _SELECT_EXPIRED.column(transaction, {"tenant": tenant, "now": transaction.now()}):
        _DELETE_ROWS.run(transaction, {"tenant": tenant, "cursor": cursor})
        _DELETE_CURSOR.run(transaction, {"tenant": tenant, "cursor": cursor})


def _shapes(selection: Selection) -> Shapes:
    return tuple(
        tuple(Shape(each.field, each.operator, each.value is None, each.numeric) for each in conjunction)
        for conjunction in selection.where
    )


def _values(selection: Selection) -> dict[str, object]:
    clauses = (clause for conjunction in selection.where for clause in conjunction)
    return {f"v{n}": _bound(clause) for n, clause in enumerate(clauses) if clause.value is not None}


def _bound(clause: Clause) -> object:
    return _glob(str(clause.value)) if clause.operator is Operator.LIKE else clause.value


def _glob(text: str) -> str:
    """The pattern for GLOB, which unlike LIKE minds the case."""
    wildcards = {Wildcard.ANY_TEXT: "*", Wildcard.ANY_CHARACTER: "?"}
    return "".join(
        wildcards[piece] if isinstance(piece, Wildcard) else "".join(_LITERALLY.get(c, c) for c in piece)
        for piece in like_pattern(text)
    )


_LITERALLY = {"*": "[*]", "?": "[?]", "[": "[[]"}


@lru_cache(maxsize=256)
def _select_first(kind: ObjectType, names: tuple[str, ...], shapes: Shapes) -> Prepared:
    table = table_of(kind)
    rows = select(*(_column(kind, name) for name in _columns(names))).where(_where(kind, shapes))
    return Prepared(rows.order_by(table.c.seq).limit(bindparam("limit")))


@lru_cache(maxsize=64)
def _copy(kind: ObjectType, names: tuple[str, ...], shapes: Shapes) -> Prepared:
    table = table_of(kind)
    position = func.row_number().over(order_by=table.c.seq) - 1
    row = func.json_array(*(_as_json(kind, name) for name in _columns(names)))
    rows = select(table.c.tenant, bindparam("cursor", type_=String), position, row).where(_where(kind, shapes))
    return Prepared(insert(CURSOR_ROWS).from_select(["tenant", "cursor", "position", "row"], rows))


def _columns(names: tuple[str, ...]) -> list[str]:
    plain = [name for name in names if not is_custom(name)]
    return plain if len(plain) == len(names) else [*plain, _CUSTOM]


def _column(kind: ObjectType, name: str) -> ColumnElement[Any]:
    return table_of(kind).c.custom if name == _CUSTOM else value(kind, name)


def _as_json(kind: ObjectType, name: str) -> ColumnElement[Any]:
    """SQLite by itself prints 15 digits of a float; 17 give the same float back."""
    column = _column(kind, name)
    if name != _CUSTOM and kind.by_name[name].type is Type.DOUBLE:
        return func.json(case((column.is_not(None), func.printf("%!.17g", column))))
    return column


def _where(kind: ObjectType, shapes: Shapes) -> ColumnElement[bool]:
    numbers = count()
    matches = [and_(*(_condition(kind, each, f"v{next(numbers)}") for each in shape)) for shape in shapes]
    return and_(whose(kind), or_(*matches)) if matches else whose(kind)


def _condition(kind: ObjectType, shape: Shape, parameter: str) -> ColumnElement[bool]:
    if shape.empty:
        operand = _operand(kind, shape)
        return operand.is_(None) if shape.operator is Operator.EQUAL else operand.is_not(None)
    if shape.operator is Operator.EQUAL and not is_custom(shape.field):
        return equal(kind, shape.field, parameter)
    compared: ColumnElement[bool] = _COMPARE[shape.operator](_operand(kind, shape), bindparam(parameter))
    return compared


_COMPARE: Mapping[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
    Operator.LIKE: lambda operand, pattern: operand.bool_op("GLOB")(pattern),
}


def _operand(kind: ObjectType, shape: Shape) -> ColumnElement[Any]:
    if not is_custom(shape.field):
        return value(kind, shape.field)
    text = _custom_text(table_of(kind), shape.field)
    return _number_in(text) if shape.numeric else text


def _custom_text(table: Table, name: str) -> ColumnElement[Any]:
    """A custom field as text whatever its JSON type; true and false in words, not as SQLite's 1 and 0."""
    path = f'$."{name}"'
    kind, value = func.json_type(table.c.custom, path), func.json_extract(table.c.custom, path)
    return case((or_(kind == "true", kind == "false"), kind), else_=cast(value, String))


def _number_in(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """The number that the text is, else null; SQLite alone would read `12 apples` as 12."""
    is_number = or_(func.json_type(text) == "integer", func.json_type(text) == "real")
    return case((func.json_valid(text) == 1, case((is_number, cast(text, Float)))))


_INSERT_CURSOR = Prepared(insert(CURSORS))
_SELECT_CURSOR = Prepared(
    select(CURSORS.c.object, CURSORS.c.fields, CURSORS.c.size, CURSORS.c.expires_at).where(
        CURSORS.c.tenant == bindparam("tenant"),
        CURSORS.c.entity == bindparam("entity"),
        CURSORS.c.id == bindparam("cursor"),
        CURSORS.c.expires_at > bindparam("now"),
    )
)
_OF_CURSOR = (CURSOR_ROWS.c.tenant == bindparam("tenant"), CURSOR_ROWS.c.cursor == bindparam("cursor"))
_SELECT_PAGE = Prepared(
    select(CURSOR_ROWS.c.row)
    .where(*_OF_CURSOR, CURSOR_ROWS.c.position >= bindparam("offset"), CURSOR_ROWS.c.position < bindparam("end"))
    .order_by(CURSOR_ROWS.c.position)
)
_SELECT_EXPIRED = Prepared(
    select(CURSORS.c.id).where(CURSORS.c.tenant == bindparam("tenant"), CURSORS.c.expires_at <= bindparam("now"))
)
_DELETE_ROWS = Prepared(delete(CURSOR_ROWS).where(*_OF_CURSOR))
_DELETE_CURSOR = Prepared(
    delete(CURSORS).where(CURSORS.c.tenant == bindparam("tenant"), CURSORS.c.id == bindparam("cursor"))
)
