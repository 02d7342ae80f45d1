"""Records as Zuora prints them: kept values in, JSON values out.

Fields come in the order of the catalogue and custom fields after them; `Id` is always there, nulls never (Actions
reference, query). Hidden fields, those that are only written and those newer than the WSDL version are left out (SOAP
API, field pages and version history).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from functools import lru_cache
from typing import Any, NamedTuple

from zuora_mock.domain.catalogue import ObjectType, is_custom, known_at
from zuora_mock.domain.values import Record, Type, Value, printer

Printer = Callable[[Any], Value]

_RECURRING = frozenset({Type.DATE, Type.DATETIME})


class _Layout(NamedTuple):
    """The fields to print, each with its printer, and the names of all that are no custom fields."""

    fields: tuple[tuple[str, Printer | None], ...]
    known: frozenset[str]


def render_record(
    kind: ObjectType, record: Record, *, wsdl: int, zone: tzinfo, only: frozenset[str] | None = None
) -> Record:
    """The record, or of it only `Id` and the fields named (canonical names, custom ones too)."""
    fields, known = _layout(kind, wsdl, zone, only)
    get = record.get
    printed: Record = {}
    for name, show in fields:
        value = get(name)
        if value is not None:
            printed[name] = value if show is None else show(value)
    if not known.issuperset(record):
        printed.update(_custom_fields(record, known, only))
    return printed


def _custom_fields(record: Record, known: frozenset[str], only: frozenset[str] | None) -> Record:
    return {
        name: value
        for name, value in record.items()
        if name not in known and value is not None and (only is None or name in only) and is_custom(name)
    }


@lru_cache(maxsize=512)
def _layout(kind: ObjectType, wsdl: int, zone: tzinfo, only: frozenset[str] | None) -> _Layout:
    shown = (field for field in known_at(kind.fields, wsdl) if field.shown)
    wanted = (field for field in shown if only is None or field.name == "Id" or field.name in only)
    return _Layout(
        tuple((field.name, _printer(field.type, wsdl, zone)) for field in wanted),
        frozenset(field.name for field in kind.kept),
    )


@lru_cache(maxsize=64)
def _printer(kind: Type, wsdl: int, zone: tzinfo) -> Printer | None:
    """What recurs, within a record and from one to the next, is printed once: moments."""
    show = printer(kind, wsdl=wsdl, zone=zone)
    return lru_cache(maxsize=2048)(show) if show and kind in _RECURRING else show
