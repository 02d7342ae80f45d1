"""The objects of Zuora that the mock keeps: their fields, types, limits and the WSDL version that brought them.

`objects.txt` has those whose rules the mock computes, `stored.txt` those that it only stores, a field a line. Create,
update, query, CRUD, describe, the tables and the fixture format all read this one description. The start of the server
needs few of the fields: those of an object are read when somebody asks for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Flag, auto
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

from zuora_mock.domain.levels import Level
from zuora_mock.domain.values import Type

CUSTOM_SUFFIX = "__c"
LATEST_WSDL = 153
DEFAULT_WSDL = 79

_NOTHING = "-"


class Access(Flag):
    """What a client may do with a field. READ is a read of one object; QUERY and FILTER are ZOQL's select and where."""

    NONE = 0
    CREATE = auto()
    UPDATE = auto()
    REQUIRED = auto()
    READ = auto()
    QUERY = auto()
    FILTER = auto()
    SEEN = READ | QUERY | FILTER
    FREE = CREATE | UPDATE | SEEN


CREATE, UPDATE = Access.CREATE, Access.UPDATE

_LETTERS: Mapping[str, Access] = {
    "!": Access.REQUIRED,
    "c": Access.CREATE,
    "u": Access.UPDATE,
    "r": Access.READ,
    "q": Access.QUERY,
    "f": Access.FILTER,
    **dict.fromkeys("ipks-", Access.NONE),
}
_INDEXED, _PART, _KEEPS, _SELDOM = "ipks"
_RULE = "*"
_REFERRING = frozenset({Type.ID, Type.STRUCTURE})


class Field(NamedTuple):
    """`limit` is the greatest length in characters (0: none); `since` the first WSDL version that knows the field.

    `target` is the object that an id refers to, or that the rows of a structure become. A record is a `part` of what
    such an id names, and goes with it; one that `keeps` it stays when that has gone. What is `seldom` there is kept
    aside.
    """

    name: str
    type: Type
    access: Access = Access.FREE
    limit: int = 0
    since: int = 0
    values: tuple[str, ...] = ()
    target: str = ""
    indexed: bool = False
    part: bool = False
    keeps: bool = False
    seldom: bool = False

    @property
    def required(self) -> bool:
        return Access.REQUIRED in self.access

    @property
    def shown(self) -> bool:
        """Whether a record shows it. Assumed: a read of one object shows what a query may select."""
        return bool(self.access & (Access.READ | Access.QUERY))

    @property
    def seen(self) -> bool:
        """Whether its value is of any consequence to what a client reads; what nobody may touch, REST shows."""
        return not self.access or bool(self.access & Access.SEEN)


class SelectRule(NamedTuple):
    """What a query may select, as `objects.txt` says it: `rest` is a message, or the values of a field by its name."""

    verb: str
    names: tuple[str, ...]
    rest: str


@dataclass(frozen=True, eq=False)
class ObjectType:
    """One object. `stored`: the mock keeps its records, and computes nothing.

    `verbs` are the methods of CRUD, `since` is the first WSDL version that knows the object; `custom`, whether it takes
    custom fields. `lines` are those of the table, as one text.
    """

    name: str
    lines: str
    may: frozenset[str]
    verbs: frozenset[str]
    since: int
    stored: bool = False

    @property
    def level(self) -> Level:
        return Level.STORED if self.stored else Level.COMPUTED

    @property
    def creatable(self) -> bool:
        return "create" in self.may

    @property
    def updatable(self) -> bool:
        return "update" in self.may

    @property
    def deletable(self) -> bool:
        return "delete" in self.may

    @property
    def custom(self) -> bool:
        return "custom" in self.may

    @cached_property
    def path(self) -> str:
        return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in self.name).lstrip("-")

    @cached_property
    def words(self) -> str:
        return self.path.replace("-", " ")

    @property
    def table(self) -> str:
        return f"{self.path.replace('-', '_')}s"

    @cached_property
    def kept(self) -> tuple[Field, ...]:
        """The fields and those that are kept beside them and never leave through Zuora's face."""
        return tuple(_field(line) for line in self.lines.splitlines() if not line.lstrip().startswith(_RULE))

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        return tuple(each for each in self.kept if not each.name.startswith("_"))

    @cached_property
    def hidden(self) -> tuple[Field, ...]:
        return tuple(each for each in self.kept if each.name.startswith("_"))

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {each.name: each for each in self.fields}

    @cached_property
    def _by_folded_name(self) -> dict[str, Field]:
        return {each.name.lower(): each for each in self.fields}

    def find_field(self, name: str) -> Field | None:
        """The field by its name in any case."""
        return self._by_folded_name.get(name.lower())

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.fields if each.required)

    @cached_property
    def references(self) -> tuple[Field, ...]:
        """The fields that refer to other objects."""
        return tuple(each for each in self.fields if each.target and each.type is Type.ID)

    @cached_property
    def select_rules(self) -> tuple[SelectRule, ...]:
        return tuple(_select_rule(line) for line in self.lines.splitlines() if line.lstrip().startswith(_RULE))


def is_custom(name: str) -> bool:
    stem = name.removesuffix(CUSTOM_SUFFIX)
    return stem != name and stem.isascii() and stem.replace("_", "a").isalnum()


@cache
def _access(letters: str) -> Access:
    access = Access.NONE
    for letter in letters:
        access |= _LETTERS[letter]
    return access


def _field(line: str) -> Field:
    name, word, limit, letters, since, *values = line.split(None, 5)
    kind, last = Type(word), values[0] if values else ""
    refers = kind in _REFERRING
    return Field(
        name,
        kind,
        _access(letters),
        _number(limit),
        _number(since),
        tuple(last.split("|")) if last and not refers else (),
        last if refers else "",
        _INDEXED in letters,
        _PART in letters,
        _KEEPS in letters,
        _SELDOM in letters,
    )


def _select_rule(line: str) -> SelectRule:
    _, verb, names, rest = line.split(None, 3)
    return SelectRule(verb, tuple(names.split("|")), rest)


def _number(text: str) -> int:
    return 0 if text == _NOTHING else int(text)


def _object(paragraph: str, *, stored: bool) -> ObjectType:
    first, _, lines = paragraph.partition("\n")
    name, may, verbs, since = first.split()
    return ObjectType(name, lines, _words(may), _words(verbs), _number(since), stored)


def _words(text: str) -> frozenset[str]:
    return frozenset() if text == _NOTHING else frozenset(text.split(","))


def read_objects(text: str, *, stored: bool = False) -> Iterator[ObjectType]:
    """The objects of a table such as `objects.txt`, with an empty line between them."""
    paragraphs = map(str.strip, re.sub("(?m)^#.*\n", "", text).split("\n\n"))
    return (_object(each, stored=stored) for each in paragraphs if each)


def _read(name: str, *, stored: bool = False) -> tuple[ObjectType, ...]:
    return tuple(read_objects(Path(__file__).with_name(name).read_text(encoding="utf-8"), stored=stored))


COMPUTED = _read("objects.txt")
STORED = _read("stored.txt", stored=True)
OBJECTS = COMPUTED + STORED
BY_NAME: Mapping[str, ObjectType] = {each.name: each for each in OBJECTS}
_BY_FOLDED_NAME = {each.name.lower(): each for each in OBJECTS}

ACCOUNT = BY_NAME["Account"]
CONTACT = BY_NAME["Contact"]
INVOICE = BY_NAME["Invoice"]
INVOICE_ITEM = BY_NAME["InvoiceItem"]
TAXATION_ITEM = BY_NAME["TaxationItem"]
INVOICE_SPLIT = BY_NAME["InvoiceSplit"]
INVOICE_SPLIT_ITEM = BY_NAME["InvoiceSplitItem"]


def find_object(name: str, wsdl: int = LATEST_WSDL) -> ObjectType | None:
    """The object by its name in any case, if the WSDL version knows it."""
    kind = _BY_FOLDED_NAME.get(name.lower())
    return kind if kind is not None and kind.since <= wsdl else None


def known_at(fields: Iterable[Field], wsdl: int) -> tuple[Field, ...]:
    """The fields that a WSDL version knows."""
    return tuple(each for each in fields if each.since <= wsdl)


@cache
def referring(target: str) -> tuple[tuple[ObjectType, Field], ...]:
    """The fields of all objects that refer to this one."""
    return tuple((kind, each) for kind in OBJECTS for each in kind.references if each.target == target)
