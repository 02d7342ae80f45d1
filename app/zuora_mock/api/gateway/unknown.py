"""`rejectUnknownFields=true` (Older API): a body with a member that nobody knows is refused as a whole."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from zuora_mock.api.gateway.call import Call
from zuora_mock.api.gateway.models import Body, WriteOptions
from zuora_mock.billing.fields import misspelt, shown
from zuora_mock.domain import rules
from zuora_mock.errors import Remedy
from zuora_mock.pointers import pointer

FindUnknown = Callable[[Mapping[str, Any]], Sequence[str]]
"""The members of an object that nobody knows."""


def reject_unknown(
    call: Call, options: WriteOptions, body: Body, deeper: Sequence[str] = (), names: Collection[str] = ()
) -> None:
    """Raises Refusal (`body.unknown-fields`) if the call asks for it.

    `deeper` points to members further below, where these `names` are known.
    """
    if options.reject_unknown_fields:
        known = type(body).model_fields
        check([pointer(name) for name in call.document if name not in known] + list(deeper), sorted(known), names)


def check(pointers: Sequence[str], known: Sequence[str], names: Collection[str] = ()) -> None:
    """Raises Refusal if there are any; it suggests the `known` ones and these `names`."""
    if pointers:
        state = misspelt((each.rpartition("/")[2] for each in pointers), [*known, *names])
        message = f"unknown fields: {', '.join(map(shown, pointers))}"
        remedy = Remedy(dict.fromkeys(pointers))
        raise rules.UNKNOWN_FIELDS.refusal(
            message, at=pointers[0], expected=list(known), actual=list(pointers), state=state, remedy=remedy
        )


def below(name: str, rows: Sequence[Any], unknown: FindUnknown) -> list[str]:
    """Pointers to the unknown members of the objects in an array."""
    return list(_below(name, rows, unknown))


def _below(name: str, rows: Sequence[Any], unknown: FindUnknown) -> Iterator[str]:
    for position, row in enumerate(rows):
        if isinstance(row, dict):
            yield from (pointer(name, position, member) for member in unknown(row))
