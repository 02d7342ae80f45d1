"""From what would do instead of what was refused to Actions that a person could send.

A request is `{"method", "path", "body"}`, where needed with `headers`; the first of several has the others in `then`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import Any

from zuora_mock.domain.catalogue import INVOICE_SPLIT
from zuora_mock.errors import Edit, Refusal

ActionRequest = Mapping[str, Any]


def requests(edits: Iterable[Edit]) -> list[ActionRequest]:
    """One for each run of edits that make, or change, objects of one type."""
    return [
        _action(verb, type=name, objects=[edit.values for edit in run])
        for (verb, name), run in groupby(
            edits, lambda edit: ("update" if "Id" in edit.values else "create", edit.object)
        )
    ]


def in_turn(*requests: ActionRequest) -> dict[str, Any]:
    """The first of the requests, `then` the others."""
    first, *others = requests
    return {**first, "then": others} if others else dict(first)


def explain_work(refusal: Refusal, split_id: str) -> None:
    """Of an execute that was accepted and failed in the background: what would do, and then the execute again."""
    if refusal.remedy is not None:
        execute = _action("execute", type=INVOICE_SPLIT.name, ids=[split_id], synchronous=False)
        refusal.accepted = in_turn(*requests(refusal.remedy.first), execute)


def _action(verb: str, **body: Any) -> ActionRequest:
    return {"method": "POST", "path": f"/v1/action/{verb}", "body": body}
