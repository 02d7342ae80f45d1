"""What would do instead of a refused call, as requests to send to Actions."""

from __future__ import annotations

from zuora_mock.api.edits import explain_work, in_turn, requests
from zuora_mock.domain import rules
from zuora_mock.errors import Edit, Remedy

ITEM = "InvoiceSplitItem"
TO_DRAFT = Edit("Invoice", {"Id": "invoice", "Status": "Draft"})
UPDATE = {
    "method": "POST",
    "path": "/v1/action/update",
    "body": {"type": "Invoice", "objects": [{"Id": "invoice", "Status": "Draft"}]},
}
EXECUTE = {
    "method": "POST",
    "path": "/v1/action/execute",
    "body": {"type": "InvoiceSplit", "ids": ["split"], "synchronous": False},
}


def test_an_edit_is_an_update_of_one_object() -> None:
    assert requests([TO_DRAFT]) == [UPDATE]


def test_edits_of_one_object_that_follow_each_other_become_one_request() -> None:
    changes = [Edit(ITEM, {"Id": "item-1", "SplitPercentage": 40}), Edit(ITEM, {"Id": "item-2", "SplitPercentage": 30})]
    further = Edit(ITEM, {"InvoiceSplitId": "split", "SplitPercentage": 30})
    made = requests([TO_DRAFT, *changes, further])
    assert [(each["path"], each["body"]["type"], len(each["body"]["objects"])) for each in made] == [
        ("/v1/action/update", "Invoice", 1),
        ("/v1/action/update", ITEM, 2),
        ("/v1/action/create", ITEM, 1),
    ]


def test_the_first_of_several_requests_has_the_others_after_it() -> None:
    assert in_turn(UPDATE) == UPDATE
    assert in_turn(UPDATE, EXECUTE, UPDATE) == {**UPDATE, "then": [EXECUTE, UPDATE]}


def test_work_that_failed_is_ordered_again_after_what_would_do() -> None:
    refusal = rules.SPLIT_DRAFT.refusal("posted", remedy=Remedy(first=[TO_DRAFT]))
    explain_work(refusal, "split")
    assert refusal.accepted == {**UPDATE, "then": [EXECUTE]}


def test_work_that_nothing_would_help_is_explained_by_no_request() -> None:
    refusal = rules.SPLIT_OFF.refusal("off")
    explain_work(refusal, "split")
    assert refusal.accepted is None
