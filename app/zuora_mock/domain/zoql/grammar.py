r"""ZOQL, Zuora's query language: text to a frozen tree. No catalogue of objects here, no SQL (SOAP API, ZOQL).

    query     := select name (, name)* from name [where condition ((and | or) condition)*] [;]
    condition := name (= | != | < | <= | > | >=) literal  |  name like text
    literal   := 'text' | "text" | number | true | false | null | date | dateTime

`and` binds tighter than `or` and there are no parentheses, so a filter is an OR of ANDs. Keywords have any case and are
keywords only where the grammar wants one: a field may be called `From`. What ZOQL has not (`*`, order by, group by,
limit, count, joins, dotted names, in, is null, two fields compared) is no part of the grammar and is therefore refused.

A date without quotes is no part of the documented grammar; a client that works against Zuora sends it (observed).
Assumed: a number's exponent has at most three digits, so that no literal grows beyond reason as a whole number.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, cast

from zuora_mock.domain.conditions import Boolean, DateTime, Literal, Null, Number, Operator, Text, like_pattern
from zuora_mock.domain.dates import DATE, DATE_TIME
from zuora_mock.domain.rules import QUERY_LIMITS, QUERY_SYNTAX
from zuora_mock.errors import Refusal

if TYPE_CHECKING:
    from lark import Token, UnexpectedInput

MESSAGE = "You have an error in your ZOQL syntax"
MAX_CHARACTERS = 10_000
MAX_CONDITIONS = 200

OPERATORS = tuple(each for each in Operator if each not in {Operator.IN, Operator.STARTS_WITH})
"""Those that ZOQL has."""

_TEXT = re.compile(r"""'[^'\\]*(?:\\['"\\bfnrt][^'\\]*)*'|"[^"\\]*(?:\\['"\\bfnrt][^"\\]*)*\"""")
_QUOTE = re.compile(rf"""{_TEXT.pattern}|['"]""")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}

_GRAMMAR = rf"""
start: _SELECT fields _FROM NAME (_WHERE alternatives)? _SEMICOLON?
fields: NAME (_COMMA NAME)*
alternatives: conjunction (_OR conjunction)*
conjunction: condition (_AND condition)*
?condition: NAME COMPARISON literal -> comparison
          | NAME LIKE TEXT -> likeness
?literal: TEXT -> text
        | NUMBER -> number
        | TRUE -> true
        | FALSE -> false
        | NULL -> null
        | (DATETIME | DATE) -> moment

_SELECT: /select\b/i
_FROM: /from\b/i
_WHERE: /where\b/i
_AND: /and\b/i
_OR: /or\b/i
LIKE: /like\b/i
TRUE: /true\b/i
FALSE: /false\b/i
NULL: /null\b/i
NAME: /[A-Za-z_][A-Za-z0-9_]*/
COMPARISON: /!=|<=|>=|=|<|>/
TEXT: /{_TEXT.pattern}/
NUMBER: /[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{{1,3}})?(?![\w.+-])/
DATETIME: /{DATE_TIME.pattern}(?![\w.+:-])/
DATE: /{DATE.pattern}(?![\w.+:-])/
_COMMA: ","
_SEMICOLON: ";"
SPACE: /[ \t\r\n\f\v]+/
%ignore SPACE
"""

_TEXT_RULE = r"""a closing quote, and after a backslash one of ' " \ b f n r t"""

# What a person calls the terminals of the grammar, in the order of listing.
_WORDS = {
    "_SELECT": "select",
    "NAME": "a name",
    "_COMMA": "','",
    "_FROM": "from",
    "_WHERE": "where",
    "COMPARISON": "= != < <= > >=",
    "LIKE": "like",
    "TEXT": "a text in quotes",
    "NUMBER": "a number",
    "DATE": "a date",
    "DATETIME": "a dateTime",
    "TRUE": "true",
    "FALSE": "false",
    "NULL": "null",
    "_AND": "and",
    "_OR": "or",
    "_SEMICOLON": "the end of the query",
}


class Condition(NamedTuple):
    """One comparison. `field` is spelled as in the query."""

    field: str
    operator: Operator
    literal: Literal


Where: TypeAlias = tuple[tuple[Condition, ...], ...]


class Query(NamedTuple):
    """A query, its names spelled as typed and its fields in their order, repetitions included.

    `where` is an OR of ANDs; empty means every record.
    """

    object: str
    fields: tuple[str, ...]
    where: Where = ()


def parse(text: str) -> Query:
    """Read a query. Refuses with `zoql.syntax` or `zoql.limits`, both with Zuora's one sentence."""
    if len(text) > MAX_CHARACTERS:
        raise _over_limit(MAX_CHARACTERS, len(text), "characters")
    texts = _texts(text)
    with suppress(Refusal, ValueError):  # a refusal shall speak of the query as it was typed
        if texts is not None:
            return _filled(_parsed(_TEXT.sub("''", text)), texts)
    return _parsed(text)


def _texts(query: str) -> list[str] | None:
    """The texts of a query, None where a quote has no end: a search that went on would begin anew at each after it."""
    found = []
    for each in _QUOTE.finditer(query):
        if len(each[0]) == 1:
            return None
        found.append(each[0])
    return found


def _filled(form: Query, texts: Sequence[str]) -> Query:
    """The query with these texts in place of its own: queries that differ in nothing else are parsed once.

    Raises ValueError if one of them is no pattern and stands after `like`.
    """
    rest = iter(texts)
    where = tuple(tuple(_with_text(each, rest) for each in conjunction) for conjunction in form.where)
    return Query(form.object, form.fields, where)


def _with_text(condition: Condition, texts: Iterator[str]) -> Condition:
    if not isinstance(condition.literal, Text):
        return condition
    text = _unquoted(next(texts))
    if condition.operator is Operator.LIKE:
        like_pattern(text)
    return Condition(condition.field, condition.operator, Text(text))


def _unquoted(token: str) -> str:
    return _ESCAPE.sub(lambda escape: _ESCAPED.get(escape[1], escape[1]), token[1:-1])


@lru_cache(maxsize=256)
def _parsed(text: str) -> Query:
    query = _parser()(text)
    conditions = sum(map(len, query.where))
    if conditions > MAX_CONDITIONS:
        raise _over_limit(MAX_CONDITIONS, conditions, "conditions")
    return query


@cache
def _parser() -> Callable[[str], Query]:
    """The parser, made at the first query."""
    # Start-up cost: importing lark and building its tables would slow every start of the server.
    from lark import Lark, UnexpectedInput  # noqa: PLC0415

    grammar = Lark(_GRAMMAR, parser="lalr", lexer="contextual", transformer=_Builder())

    def read(text: str) -> Query:
        try:
            return cast("Query", grammar.parse(text))  # the builder turns every rule into a part of the query
        except UnexpectedInput as error:
            raise _unexpected(error, text) from error

    return read


class _Builder:
    """One method per rule or alias of the grammar; lark calls it with the parts, innermost first."""

    def start(self, parts: tuple[tuple[str, ...], Token, *tuple[Where, ...]]) -> Query:
        fields, source, *where = parts
        return Query(str(source), fields, *where)

    def fields(self, names: Sequence[Token]) -> tuple[str, ...]:
        return tuple(map(str, names))

    def alternatives(self, conjunctions: Sequence[tuple[Condition, ...]]) -> Where:
        return tuple(conjunctions)

    def conjunction(self, conditions: Sequence[Condition]) -> tuple[Condition, ...]:
        return tuple(conditions)

    def comparison(self, parts: tuple[Token, Token, Literal]) -> Condition:
        field, operator, literal = parts
        return Condition(str(field), Operator(operator), literal)

    def likeness(self, parts: tuple[Token, Token, Token]) -> Condition:
        field, _, quoted = parts
        text = self.text([quoted])
        try:
            like_pattern(text.value)
        except ValueError as error:
            raise _syntax(str(error), quoted, quoted.start_pos or 0) from error
        return Condition(str(field), Operator.LIKE, text)

    def text(self, parts: Sequence[Token]) -> Text:
        return Text(_unquoted(parts[0]))

    def number(self, parts: Sequence[Token]) -> Number:
        return Number(Decimal(parts[0]))

    def true(self, parts: Sequence[Token]) -> Boolean:
        return Boolean(True)

    def false(self, parts: Sequence[Token]) -> Boolean:
        return Boolean(False)

    def null(self, parts: Sequence[Token]) -> Null:
        return Null()

    def moment(self, parts: Sequence[Token]) -> DateTime:
        return DateTime(str(parts[0]))


def _unexpected(error: UnexpectedInput, text: str) -> Refusal:
    token = getattr(error, "token", None)
    at_end = token is not None and token.type == "$END"
    position: int = len(text) if at_end else getattr(error, "pos_in_stream", None) or 0
    found = next(iter(text[position:].split(maxsplit=1)), "")
    allowed: set[str] = getattr(error, "expected" if token is not None else "allowed")
    return _syntax(_wanted(allowed, found), found, position)


def _wanted(allowed: set[str], found: str) -> str:
    if "TEXT" in allowed and found.startswith(("'", '"')):
        return _TEXT_RULE
    return " or ".join(word for terminal, word in _WORDS.items() if terminal in allowed) or "the end of the query"


def _syntax(expected: str, found: str, position: int) -> Refusal:
    shown = found if len(found) <= 40 else f"{found[:40]}…"
    actual = f"{shown} at character {position + 1}" if shown else f"the end of the query at character {position + 1}"
    return QUERY_SYNTAX.refusal(MESSAGE, expected=expected, actual=actual)


def _over_limit(most: int, found: int, unit: str) -> Refusal:
    return QUERY_LIMITS.refusal(MESSAGE, expected=f"at most {most} {unit}", actual=f"{found} {unit}")
