"""The objects of Zuora that the mock keeps: their fields, types, limits and the WSDL version that brought them.

`objects.txt` has them, a field a line. Create, update, query, CRUD, the tables and the fixture format
all read this one description.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Flag, auto
from functools import cache, cached_property
from pathlib import Path

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
    FREE = CREATE | UPDATE | READ | QUERY | FILTER


CREATE, UPDATE = Access.CREATE, Access.UPDATE

_LETTERS: Mapping[str, Access] = {
    "!": Access.REQUIRED,
    "c": Access.CREATE,
    "u": Access.UPDATE,
    "r": Access.READ,
    "q": Access.QUERY,
    "f": Access.FILTER,
    "i": Access.NONE,
    _NOTHING: Access.NONE,
}
_INDEXED = "i"


@dataclass(frozen=True, slots=True)
class Field:
    """`limit` is the greatest length in characters (0: none); `since` the first WSDL version that knows the field."""

    name: str
    type: Type
    access: Access = Access.FREE
    limit: int = 0
    since: int = 0
    values: tuple[str, ...] = ()
    indexed: bool = False

    @property
    def required(self) -> bool:
        return Access.REQUIRED in self.access

    @property
    def shown(self) -> bool:
        """Whether a record shows it. Assumed: a read of one object shows what a query may select."""
        return bool(self.access & (Access.READ | Access.QUERY))


@dataclass(frozen=True, eq=False)
class ObjectType:
    """One object. `hidden` fields are kept beside the others and never leave through Zuora's face.

    `since` is the first WSDL version that knows the object; `custom`, whether it takes custom fields.
    """

    name: str
    fields: tuple[Field, ...]
    hidden: tuple[Field, ...] = ()
    creatable: bool = False
    updatable: bool = False
    deletable: bool = False
    custom: bool = False
    since: int = 0
    path: str = field(init=False)
    table: str = field(init=False)
    by_name: Mapping[str, Field] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in self.name).lstrip("-")
        object.__setattr__(self, "path", words)
        object.__setattr__(self, "table", f"{words.replace('-', '_')}s")
        object.__setattr__(self, "by_name", {field.name: field for field in self.fields})

    @cached_property
    def _by_folded_name(self) -> dict[str, Field]:
        return {each.name.lower(): each for each in self.fields}

    def find_field(self, name: str) -> Field | None:
        """The field by its name in any case."""
        return self._by_folded_name.get(name.lower())

    @cached_property
    def required(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.fields if each.required)

    @property
    def stored(self) -> tuple[Field, ...]:
        return self.fields + self.hidden


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
    name, kind, limit, letters, since, *values = line.split(None, 5)
    return Field(
        name,
        Type(kind),
        _access(letters),
        _number(limit),
        _number(since),
        tuple(values[0].split("|")) if values else (),
        _INDEXED in letters,
    )


def _number(text: str) -> int:
    return 0 if text == _NOTHING else int(text)


def _object(first: str, lines: Iterable[str]) -> ObjectType:
    name, abilities, since = first.split()
    may, fields = abilities.split(","), [_field(line) for line in lines]
    return ObjectType(
        name,
        tuple(field for field in fields if not field.name.startswith("_")),
        tuple(field for field in fields if field.name.startswith("_")),
        creatable="create" in may,
        updatable="update" in may,
        deletable="delete" in may,
        custom="custom" in may,
        since=_number(since),
    )


def read_objects(text: str) -> Iterator[ObjectType]:
    """The objects of a table such as `objects.txt`."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    starts = [number for number, line in enumerate(lines) if not line.startswith(" ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _object(lines[start], lines[start + 1 : end])


OBJECTS: tuple[ObjectType, ...] = tuple(
    read_objects(Path(__file__).with_name("objects.txt").read_text(encoding="utf-8"))
)
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
