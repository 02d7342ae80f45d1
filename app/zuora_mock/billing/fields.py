"""From the members that a client sends to the fields that are kept.

Sources: Actions reference, create and update (unknown fields are ignored); recorded creates (only the first missing
field is named).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import tzinfo
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import CREATE, UPDATE, Access, Field, ObjectType, is_custom
from zuora_mock.domain.custom_fields import CustomFields
from zuora_mock.domain.spelling import did_you_mean
from zuora_mock.domain.values import WHOLE_PERCENT_UP_TO, Record, Type, Value, is_id, parse
from zuora_mock.errors import Refusal, Remedy, Rule
from zuora_mock.storage.transaction import Transaction

NULLS = "fieldsToNull"

_EMPTY_IS_NOT_GIVEN = frozenset({"PaymentTerm"})
"""Fields whose empty text is as if it were not there (assumed)."""

_FORMS: Mapping[Type, str] = {Type.DATE: "a day that exists, yyyy-mm-dd"}
_LONGEST_SHOWN = 80
_GREATEST_EXPONENT = 308
_RULES: Mapping[str, Rule] = {"SplitPercentage": rules.SPLIT_PERCENTAGE}


def as_text(value: Any) -> str:
    """A text as it is, any other value as JSON."""
    if isinstance(value, str | Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=False, default=str)


def shown(value: Any) -> str:
    """A value as a message may quote it: printable and not too long."""
    text = "".join(character if character.isprintable() else "?" for character in as_text(value))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def quoted(value: Any) -> str | None:
    """What an explanation quotes: as `shown`, and nothing where nothing was given."""
    return None if value is None else shown(value)


def expected_id(name: str, given: Any) -> str:
    """What should have stood there instead of an id that is none, or that nothing of this name has."""
    article = "an" if name[0] in "AEIOU" else "a"
    return f"the id of {article} {name}" if is_id(given) else f"the id of {article} {name}, 32 hexadecimal digits"


def accepts(kind: ObjectType, name: str, access: Access, wsdl: int, custom: CustomFields) -> bool:
    """Whether a member of this name, in its own case, is a field that the call may set."""
    return name in _settable(kind, access, wsdl) or custom.find(kind, name) is not None


@lru_cache(maxsize=256)
def _settable(kind: ObjectType, access: Access, wsdl: int) -> Mapping[str, Field]:
    """Those of the catalogue that the call may set."""
    return {each.name: each for each in kind.fields if access in each.access and each.since <= wsdl}


def unknown_members(
    kind: ObjectType, members: Mapping[str, Any], access: Access, wsdl: int, custom: CustomFields
) -> list[str]:
    """The names that `rejectUnknownFields` refuses."""
    also = frozenset() if access is CREATE else frozenset({"Id", NULLS})
    return [name for name in members if name not in also and not accepts(kind, name, access, wsdl, custom)]


def settable(kind: ObjectType, access: Access, wsdl: int, custom: CustomFields) -> list[str]:
    """The names of the fields that the call may set."""
    return [*_settable(kind, access, wsdl), *custom.names(kind)]


def members_of(row: Any) -> Mapping[str, Any]:
    """Raises Refusal (`object.null`) for what is no object."""
    if not isinstance(row, dict):
        raise rules.NULL_ROW.refusal("the row is not an object", expected="an object", actual=quoted(row))
    return row


def require(kind: ObjectType, members: Mapping[str, Any], custom: CustomFields, wsdl: int, also: Record) -> None:
    """Raises Refusal (`object.required`) that names the first missing field and no other.

    `also` are fields that are required besides, with values that would do.
    """
    absent = [name for name in (*kind.required, *also) if members.get(name) in (None, "")]
    if absent:
        name, state = absent[0], {"given": sorted(members), **_misspelt(kind, members, custom, wsdl)}
        remedy = Remedy({f"/{each}": also[each] for each in absent}) if name in also else None
        expected = [*kind.required, *also]
        raise missing(name, expected=expected, actual=members.get(name), state=state, remedy=remedy)


def _misspelt(kind: ObjectType, members: Mapping[str, Any], custom: CustomFields, wsdl: int) -> Mapping[str, Any]:
    """Of the members that nobody knows, what fields they may have meant."""
    unknown = unknown_members(kind, members, CREATE, wsdl, custom)
    return misspelt(unknown, [name for name in settable(kind, CREATE, wsdl, custom) if name not in members])


def misspelt(unknown: Iterable[str], known: Collection[str]) -> Mapping[str, Any]:
    """What the state of a refusal says of names that nobody knows: nothing where none is near."""
    meant = did_you_mean(unknown, known)
    return {"didYouMean": meant} if meant else {}


def missing(
    name: str, *, expected: Any, actual: Any, state: Mapping[str, Any] | None = None, remedy: Remedy | None = None
) -> Refusal:
    message = f"Missing required value: {name}"
    return rules.MISSING_VALUE.refusal(
        message, at=f"/{name}", expected=expected, actual=actual, state=state, remedy=remedy
    )


def no_such(
    name: str, what: str, key: Any, expected: str, remedy: Remedy | None = None, *, noun: str = "id"
) -> Refusal:
    """That the field of this name refers to nothing that there is; `noun` is what it refers by."""
    message = f"{name}: no {what} has the {noun} '{shown(key)}'"
    return rules.REFERENCE.refusal(message, at=f"/{name}", expected=expected, actual=shown(key), remedy=remedy)


def read(kind: ObjectType, members: Mapping[str, Any], access: Access, transaction: Transaction, wsdl: int) -> Record:
    """The fields that the call sets, as they are kept; None for an explicit null. Raises Refusal (`object.value`)."""
    settable, custom, zone = _settable(kind, access, wsdl), transaction.tenant.custom_fields, transaction.tenant.zone
    return {
        name: _read(field, value, access, zone, wsdl)
        for name, value in members.items()
        if not (value == "" and name in _EMPTY_IS_NOT_GIVEN)
        and (field := settable.get(name) or custom.find(kind, name)) is not None
        and field.type is not Type.STRUCTURE
    }


def _read(field: Field, value: Any, access: Access, zone: tzinfo, wsdl: int) -> Value:
    if value is None:
        return None
    name = field.name
    try:
        _check_size(value)
        kept = parse(field.type, value, wsdl=wsdl, zone=zone)
        _check(field, kept)
    except (ValueError, OverflowError) as error:
        is_key = field.type is Type.ID and not is_custom(name)
        rule = rules.INVALID_ID if is_key else _RULES.get(name, rules.INVALID_VALUE)
        raise rule.refusal(
            f"{name}: {error}, not '{shown(value)}'",
            at=f"/{name}",
            expected=_expected(field, str(error)),
            actual=shown(value),
            remedy=_remedy(field, access, value, wsdl, f"/{name}"),
        ) from None
    return kept


def _expected(field: Field, problem: str) -> Any:
    """What a value of the field is, as far as the problem says it; else the field's type."""
    if field.values:
        return list(field.values)
    needed = problem.removesuffix(" is needed").removesuffix(" are allowed")
    needed = needed.replace("the number has more than", "at most")
    return _FORMS.get(field.type, field.type.value) if needed == problem else needed


def _remedy(field: Field, access: Access, value: Any, wsdl: int, at: str) -> Remedy | None:
    """An optional field is left out; a required one takes the nearest value, where there is one."""
    if field.type is Type.PERCENT:
        return Remedy({at: nearest_percentage(value, wsdl)})
    if access is UPDATE or not field.required:
        return Remedy({at: None})
    if field.limit and field.type is not Type.ID and isinstance(value, str):
        return Remedy({at: value[: field.limit]})
    return None


def nearest_percentage(value: Any, wsdl: int) -> int | float:
    """A percentage that an item may have, as close to the value as can be; 50 for what is no number."""
    decimals = 0 if wsdl <= WHOLE_PERCENT_UP_TO else 9
    try:
        given = Decimal(str(value))
        rounded = float(round(min(max(given, Decimal(1)), Decimal(100)), decimals)) if given.is_finite() else 50
    except InvalidOperation:
        rounded = 50
    return int(rounded) if rounded == int(rounded) else rounded


def _check_size(value: Any) -> None:
    """A number may be legal JSON and greater than any number of Zuora's, whatever the field."""
    if isinstance(value, Decimal) and not (value.is_finite() and value.adjusted() <= _GREATEST_EXPONENT):
        raise ValueError("the number is too large")


def _check(field: Field, value: Value) -> None:
    if field.values and value not in field.values:
        raise ValueError(f"one of {', '.join(field.values)} is needed")
    if field.limit and isinstance(value, str) and len(value) > field.limit:
        raise ValueError(f"at most {field.limit} characters are allowed")


def nulls(kind: ObjectType, members: Mapping[str, Any], wsdl: int, access: Access, custom: CustomFields) -> Record:
    """The fields that `fieldsToNull` empties. Raises Refusal for a required one and for what is not a list of names."""
    names = members.get(NULLS)
    if names is None:
        return {}
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        needed, at = "a list of names", f"/{NULLS}"
        message, remedy = f"{NULLS} is {needed}", Remedy({at: None})
        raise rules.INVALID_VALUE.refusal(message, at=at, expected=needed, actual=shown(names), remedy=remedy)
    for position, name in enumerate(names):
        if name in kind.required:
            message, expected = f"{NULLS}: {name} cannot be empty", "fields that may be empty"
            remedy = Remedy({f"/{NULLS}": [other for other in names if other not in kind.required]})
            at = f"/{NULLS}/{position}"
            raise rules.NOT_UPDATABLE.refusal(message, at=at, expected=expected, actual=name, remedy=remedy)
    return {name: None for name in names if accepts(kind, name, access, wsdl, custom)}
