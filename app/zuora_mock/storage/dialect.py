"""What the SQL of the engines has under other names: JSON in texts, and the clauses that stand for them.

Statements are written once. What is here compiles to each engine's own words; the rest is the same in all. A boolean is
0 or 1 in each of them, and texts are ordered by their code points.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, TypeAlias

from sqlalchemy import (
    Boolean,
    ClauseElement,
    ColumnElement,
    Float,
    Integer,
    Select,
    String,
    TableClause,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.engine import Dialect as Alchemy
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

POSTGRESQL = "postgresql"
ESCAPE = "!"
"""What stands in a pattern of LIKE before a character that is meant literally."""

_NO_CHARACTER = "\uffff"
_LITERALLY = str.maketrans({each: f"{ESCAPE}{each}" for each in f"{ESCAPE}%_"})


def literally(text: str) -> str:
    """The text in a pattern of LIKE."""
    return text.translate(_LITERALLY)


def without_nul(value: object) -> object:
    """What is found in no record, as a text with NUL is not; PostgreSQL refuses to look for that."""
    return value.replace("\0", _NO_CHARACTER) if isinstance(value, str) else value


def array(values: Any) -> str:
    """As a parameter of `each_of`."""
    return json.dumps([without_nul(each) for each in values])


class SqlDialect:
    """An engine's SQL: the mark of a parameter by its number, `insert` with its ON CONFLICT, SQLAlchemy's compiler.

    `blocks` are the numbers of rows that one statement inserts, from the largest down to 1.
    """

    def __init__(
        self,
        mark: Callable[[int], str],
        make: Callable[[], Alchemy],
        insert: Callable[[TableClause], Any],
        blocks: Sequence[int] = (1,),
    ) -> None:
        self.mark, self.insert, self.blocks, self._make = mark, insert, blocks, make

    @cached_property
    def alchemy(self) -> Alchemy:
        """To make one takes longer than to compile most statements."""
        return self._make()


Assignments: TypeAlias = Mapping[str, ColumnElement[Any]]


def upsert(
    dialect: SqlDialect, table: TableClause, key: Sequence[str], names: Iterable[str], values: Assignments | None = None
) -> ClauseElement:
    """Inserts a row, of these values or as it is given; where there is one of its key, these are written over."""
    given = [column.name for column in table.c]
    new = dialect.insert(table).values(values or {name: bindparam(name) for name in given})
    update: ClauseElement = new.on_conflict_do_update(
        index_elements=key, set_={name: new.excluded[name] for name in names}
    )
    return update


class FieldIn(FunctionElement[Any]):
    """A member of a JSON object, of which it is known what it is."""

    inherit_cache = False

    def __init__(self, body: ColumnElement[Any], name: str, type_: TypeEngine[Any]) -> None:
        super().__init__(body)
        self.member, self.type = name, type_


class Words(FunctionElement[str]):
    """A member of a JSON object as text, whatever it is: true and false in words, a number as it is written there."""

    inherit_cache = False
    type = String()

    def __init__(self, body: ColumnElement[Any], name: str) -> None:
        super().__init__(body)
        self.member = name


class NumberIn(FunctionElement[float]):
    """A member of a JSON object that is a number, or the text of one; else null."""

    inherit_cache = False
    type = Float()

    def __init__(self, body: ColumnElement[Any], name: str) -> None:
        super().__init__(body)
        self.member = name


class Folded(FunctionElement[str]):
    """A text in small letters, as far as they are those of ASCII."""

    inherit_cache = False
    type = String()


class JsonRow(FunctionElement[str]):
    """Values as the text of a JSON array; of a float all digits that it takes to read it again."""

    inherit_cache = False
    type = String()


class Elements(FunctionElement[Any]):
    """The rows of a JSON array."""

    inherit_cache = False


class Element(FunctionElement[Any]):
    """The value of such a row, of which it is known what it is."""

    inherit_cache = False

    def __init__(self, value: ColumnElement[Any], type_: TypeEngine[Any]) -> None:
        super().__init__(value)
        self.type = type_


def each_of(parameter: str, type_: TypeEngine[Any], read: Callable[[Any], Any] = lambda each: each) -> Select[Any]:
    """The values in a JSON array."""
    value = Elements(bindparam(parameter)).table_valued("value").c.value
    return select(read(Element(value, type_)))


def _of(element: FunctionElement[Any]) -> ColumnElement[Any]:
    (argument,) = element.clauses
    return argument


# SQLite


@compiles(FieldIn)
def _(element: FieldIn, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(func.json_extract(_of(element), _path(element.member)), **options)


@compiles(Words)
def _(element: Words, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite by itself prints 15 digits of a float; arrays have numbers as they were."""
    body, path = _of(element), _path(element.member)
    kind, value = func.json_type(body, path), func.json_extract(body, path)
    twice = func.json_extract(body, path, path)
    number = func.substr(twice, 2, (func.length(twice, type_=Integer) - 3) // 2)
    words = case(
        (kind == "text", value),
        (or_(kind == "true", kind == "false"), kind),
        (_is_number(kind), number),
        else_=value,
    )
    return compiler.process(words, **options)


@compiles(NumberIn)
def _(element: NumberIn, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite alone would read `12 apples` as 12."""
    body, path = _of(element), _path(element.member)
    kind, value = func.json_type(body, path), func.json_extract(body, path)
    of_text = case((func.json_valid(value) == 1, case((_is_number(func.json_type(value)), cast(value, Float)))))
    number = case((_is_number(kind), cast(value, Float)), (kind == "text", of_text))
    return compiler.process(number, **options)


@compiles(Folded)
def _(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(func.lower(_of(element)), **options)


@compiles(JsonRow)
def _(element: JsonRow, compiler: SQLCompiler, **options: Any) -> str:
    """SQLite by itself prints 15 digits of a float; 17 give the same float back."""
    values = [
        func.json(case((each.is_not(None), func.printf("%!.17g", each)))) if isinstance(each.type, Float) else each
        for each in element.clauses
    ]
    return compiler.process(func.json_array(*values), **options)


@compiles(Elements)
def _(element: Elements, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(func.json_each(_of(element)), **options)


@compiles(Element)
def _(element: Element, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(_of(element), **options)


def _is_number(kind: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(kind == "integer", kind == "real")


def _path(name: str) -> str:
    return f'$."{name}"'


# PostgreSQL

_NUMBER = r"^[ \t\n\r]*-?(0|[1-9][0-9]{0,200})([.][0-9]{1,200})?([eE][+-]?[0-9]{1,2})?[ \t\n\r]*$"
"""Of JSON, as far as a float reaches: one beyond ends the statement."""


@compiles(FieldIn, POSTGRESQL)
def _(element: FieldIn, compiler: SQLCompiler, **options: Any) -> str:
    return _typed(_member(element, compiler, options), element.type, compiler)


@compiles(Words, POSTGRESQL)
def _(element: Words, compiler: SQLCompiler, **options: Any) -> str:
    return _typed(_member(element, compiler, options), element.type, compiler)


@compiles(NumberIn, POSTGRESQL)
def _(element: NumberIn, compiler: SQLCompiler, **options: Any) -> str:
    text, number = _member(element, compiler, options), compiler.process(literal(_NUMBER, String), **options)
    return f"CASE WHEN {text} ~ {number} THEN CAST({_member(element, compiler, options)} AS FLOAT) END"


@compiles(Folded, POSTGRESQL)
def _(element: Folded, compiler: SQLCompiler, **options: Any) -> str:
    return f'lower({compiler.process(_of(element), **options)} COLLATE "C")'


@compiles(JsonRow, POSTGRESQL)
def _(element: JsonRow, compiler: SQLCompiler, **options: Any) -> str:
    """The functions that make arrays take a hundred values at most; a float without a fraction has none in JSON."""
    values = []
    for each in element.clauses:
        value = compiler.process(each, **options)
        text = f"CAST(to_json({value}) AS TEXT)"
        if isinstance(each.type, Float):
            text = f"regexp_replace({text}, '^(-?[0-9]+)$', '\\1.0')"
        values.append(f"coalesce({text}, 'null')")
    members = " || ',' || ".join(values)
    return f"'[' || {members} || ']'"


@compiles(Elements, POSTGRESQL)
def _(element: Elements, compiler: SQLCompiler, **options: Any) -> str:
    return f"jsonb_array_elements_text(CAST({compiler.process(_of(element), **options)} AS JSONB))"


@compiles(Element, POSTGRESQL)
def _(element: Element, compiler: SQLCompiler, **options: Any) -> str:
    return _typed(compiler.process(_of(element), **options), element.type, compiler)


def _member(element: FieldIn | Words | NumberIn, compiler: SQLCompiler, options: dict[str, Any]) -> str:
    """JSONB would write numbers in another way."""
    body, name = _of(element), literal(element.member, String)
    return f"(CAST({compiler.process(body, **options)} AS JSON) ->> {compiler.process(name, **options)})"


def _typed(text: str, type_: TypeEngine[Any], compiler: SQLCompiler) -> str:
    if isinstance(type_, String):
        return f'({text} COLLATE "C")'
    if isinstance(type_, Boolean):
        return f"CASE {text} WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"
    return f"CAST({text} AS {compiler.dialect.type_compiler_instance.process(type_)})"
