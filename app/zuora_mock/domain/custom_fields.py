"""The custom fields of a tenant: `Name__c` beside the fields of the catalogue (SOAP API, Custom fields).

Assumed: where an object has declared ones, it has no others; where it has none, it takes every name, and any text,
number or boolean as its value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Self

from zuora_mock.domain.catalogue import Field, ObjectType, is_custom
from zuora_mock.domain.values import Type

_LONGEST = 255


class CustomType(StrEnum):
    TEXT = "text"
    PICKLIST = "picklist"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    REFERENCE = "reference"


_TYPES: Mapping[CustomType, Type] = {
    CustomType.TEXT: Type.STRING,
    CustomType.PICKLIST: Type.STRING,
    CustomType.NUMBER: Type.DOUBLE,
    CustomType.BOOLEAN: Type.BOOLEAN,
    CustomType.DATE: Type.DATE,
    CustomType.REFERENCE: Type.ID,
}


class CustomField(NamedTuple):
    """One that is declared; `values` are those of a picklist."""

    name: str
    type: CustomType
    values: tuple[str, ...] = ()

    @property
    def field(self) -> Field:
        limit = _LONGEST if self.type is CustomType.TEXT else 0
        return Field(self.name, _TYPES[self.type], limit=limit, values=self.values)

    @property
    def written(self) -> dict[str, Any]:
        """As a fixture has it."""
        values = {"values": list(self.values)} if self.values else {}
        return {"name": self.name, "type": self.type.value, **values}


Declarations = Mapping[str, tuple[CustomField, ...]]
"""Of each object by its name."""


@dataclass(frozen=True)
class CustomFields:
    """Which custom fields the objects of one tenant have."""

    declared: Declarations = field(default_factory=dict)
    _by_name: Mapping[str, Mapping[str, Field]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        fields = {name: {each.name: each.field for each in some} for name, some in self.declared.items() if some}
        object.__setattr__(self, "_by_name", fields)

    def find(self, kind: ObjectType, name: str) -> Field | None:
        """The custom field of this exact name, if the object has it."""
        if not kind.custom or not is_custom(name):
            return None
        declared = self._by_name.get(kind.name)
        return Field(name, Type.ANY) if declared is None else declared.get(name)

    def find_in_any_case(self, kind: ObjectType, name: str) -> Field | None:
        """As a query names it. Where none are declared nothing says which case is meant, and the name is exact."""
        exact = {declared.lower(): declared for declared in self.names(kind)}
        return self.find(kind, exact.get(name.lower(), name))

    def fields(self, kind: ObjectType) -> tuple[Field, ...]:
        """Those that are declared."""
        return tuple(self._by_name.get(kind.name, {}).values())

    def names(self, kind: ObjectType) -> tuple[str, ...]:
        """Of those that are declared."""
        return tuple(self._by_name.get(kind.name, ()))

    @classmethod
    def read(cls, written: Mapping[str, Iterable[Mapping[str, Any]]]) -> Self:
        """From what `written` gives."""
        return cls({name: tuple(_read(each) for each in some) for name, some in written.items()})

    @property
    def written(self) -> dict[str, list[dict[str, Any]]]:
        return {name: [each.written for each in some] for name, some in self.declared.items()}

    def with_others(self, declared: Declarations) -> CustomFields:
        """These, with others in place of what the same objects had."""
        return CustomFields({**self.declared, **declared})


NONE_DECLARED = CustomFields()


def _read(written: Mapping[str, Any]) -> CustomField:
    return CustomField(written["name"], CustomType(written["type"]), tuple(written.get("values") or ()))
