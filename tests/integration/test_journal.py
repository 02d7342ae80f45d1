"""The journal: what is kept of a call, how it is found again, and what is told of it."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from typing import Any

import pytest

from tests.integration.benches import Item, rows
from tests.integration.journals import Kept
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import INVOICE, INVOICE_SPLIT_ITEM
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal
from zuora_mock.steering.journal import Journal
from zuora_mock.steering.journal_reading import entry, explanations, page
from zuora_mock.steering.masking import LONGEST_BODY
from zuora_mock.storage.changes import Changes
from zuora_mock.storage.journal import Filters
from zuora_mock.storage.leading import touch
from zuora_mock.work.turns import at_once

NO_FILTERS = Filters()


@pytest.fixture
def kept() -> Kept:
    return Kept()


def numbers(kept: Kept, filters: Filters = NO_FILTERS, *, limit: int = 1000, before: int | None = None) -> list[int]:
    with kept.bench.transaction() as transaction:
        found = page(transaction, kept.journal, filters, limit=limit, before=before)
    return [each["n"] for each in found["requests"]]


def forgotten(kept: Kept) -> int:
    with kept.bench.transaction() as transaction:
        told: int = page(transaction, kept.journal, NO_FILTERS, limit=1)["forgotten"]
    return told


def whole(kept: Kept, n: int) -> dict[str, Any]:
    with kept.bench.transaction() as transaction:
        found = entry(transaction, kept.journal, n)
    assert found is not None
    return found


def reasons(kept: Kept, n: int) -> Sequence[dict[str, Any]] | None:
    with kept.bench.transaction() as transaction:
        return explanations(transaction, kept.journal, n)


def test_a_page_tells_of_each_call_newest_first(kept: Kept) -> None:
    kept.call("token")
    kept.call(track_id="t", status=400, rules=("a", "b"), fault="delay")
    with kept.bench.transaction() as transaction:
        found = page(transaction, kept.journal, NO_FILTERS, limit=10)
    assert [each["n"] for each in found["requests"]] == [2, 1]
    assert found["requests"][0] == {
        "n": 2,
        "at": "2026-01-15T12:00:00Z",
        "method": "POST",
        "path": "/v1/action/execute",
        "status": 400,
        "trackId": "t",
        "operation": "execute",
        "rule": "a,b",
        "fault": "delay",
        "stub": None,
        "milliseconds": 1.5,
    }
    assert found["forgotten"] == 0


def test_a_page_ends_at_its_limit_and_the_next_is_before_its_last(kept: Kept) -> None:
    for _ in range(5):
        kept.call()
    assert numbers(kept, limit=2) == [5, 4]
    assert numbers(kept, limit=2, before=4) == [3, 2]
    assert numbers(kept, limit=2, before=2) == [1]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(method="get"), [2]),
        (Filters(path="/v1/object/invoice/7"), [2]),
        (Filters(path="/v1/object/*"), [2]),
        (Filters(path="/v1/[ao]*"), []),
        (Filters(path="/v1/action/create?"), []),
        (Filters(status=400), [3]),
        (Filters(track_id="t-*"), [3]),
        (Filters(track_id="t"), []),
        (Filters(operation="get-invoice"), [2]),
        (Filters(rule="object.id"), [3]),
        (Filters(rule="object"), []),
        (Filters(rule="object_id"), []),
        (Filters(unsupported=True), [4]),
        (Filters(method="POST", status=200), [1]),
    ],
)
def test_filters_find_the_calls_that_meet_all_of_them(kept: Kept, filters: Filters, found: list[int]) -> None:
    kept.call("create")
    kept.call("get-invoice", method="GET", path="/v1/object/invoice/7")
    kept.call("update", status=400, track_id="t-1", rules=("object.type", "object.id"))
    kept.call("amend", status=404, rules=("action.unknown", rules.UNSUPPORTED.name))
    assert numbers(kept, filters) == found


def test_since_and_until_are_on_the_clock_of_the_tenant_and_inclusive(kept: Kept) -> None:
    moments = []
    for _ in range(3):
        moments.append(kept.tenant.now())
        kept.call()
        kept.tenant.clock = kept.tenant.clock.advance(1000)
    assert numbers(kept, Filters(since=moments[1])) == [3, 2]
    assert numbers(kept, Filters(until=moments[1])) == [2, 1]
    assert numbers(kept, Filters(since=moments[1], until=moments[1])) == [2]


def test_the_oldest_calls_make_room_and_are_counted() -> None:
    kept = Kept(journal=Journal(10))
    for _ in range(150):
        kept.call()
    assert numbers(kept) == list(range(150, 140, -1))
    assert forgotten(kept) == 140
    with kept.bench.transaction() as transaction:
        assert entry(transaction, kept.journal, 140) is None
    assert reasons(kept, 140) is None
    assert len(rows(kept.bench.database, "SELECT n FROM journal")) < 10 + 64


def test_a_journal_of_no_size_forgets_everything() -> None:
    kept = Kept(journal=Journal(0))
    kept.call()
    assert (numbers(kept), forgotten(kept)) == ([], 1)


def test_clearing_starts_again_with_number_one(kept: Kept) -> None:
    kept.call()
    kept.call()
    with kept.bench.transaction() as transaction:
        assert kept.journal.clear(transaction) == 2
    assert (numbers(kept), forgotten(kept)) == ([], 0)
    assert kept.call() == 1


def test_a_call_that_outlasts_the_clearing_does_not_stand_in_the_way(kept: Kept) -> None:
    kept.call()
    with kept.bench.transaction() as transaction:
        kept.tenant.entries = 0
        touch(transaction, kept.tenant)
    kept.call("create")
    assert [each["operation"] for each in (whole(kept, 1),)] == ["create"]


def test_an_entry_tells_request_and_answer_as_a_person_reads_them(kept: Kept) -> None:
    headers = {"content-encoding": "gzip", "authorization": "Bearer x"}
    n = kept.call(
        query="fields=Id%2CAmount&rejectUnknownFields=",
        headers=headers,
        body=gzip.compress(b'{"ids": ["a"]}', mtime=0),
        answer=[{"Success": True}],
        notes=["a note"],
    )
    found = whole(kept, n)
    assert found["request"] == {
        "query": {"fields": "Id,Amount", "rejectUnknownFields": ""},
        "headers": {"content-encoding": "gzip", "authorization": "****"},
        "body": {"ids": ["a"]},
    }
    assert found["answer"] == {
        "sent": True,
        "status": 200,
        "headers": {"Zuora-Mock-Request": "1"},
        "body": [{"Success": True}],
    }
    assert (found["requestId"], found["notes"]) == ("r", ["a note"])


@pytest.mark.parametrize(
    "body",
    [
        b"client_id=c&client_secret=hush&grant_type=x",
        b'{"client_secret": "hush"}',
        b'{"access_token":"hush","jti":"hush"}',
        gzip.compress(b"client_secret=hush", mtime=0),
    ],
)
def test_no_secret_of_oauth_is_kept_in_any_form(kept: Kept, body: bytes) -> None:
    kept.call(
        "token", path="/oauth/token", query="client_secret=hush&x=1", headers={"content-encoding": "gzip"}, body=body
    )
    found = whole(kept, 1)
    assert "hush" not in str(found)
    assert found["request"]["query"] == {"client_secret": "****", "x": "1"}


def test_an_answer_that_never_left_is_told_as_such(kept: Kept) -> None:
    found = whole(kept, kept.call(status=0, fault="applied-then-lost", answer=[]))
    assert (found["answer"]["sent"], found["answer"]["body"]) == (False, [])


def test_a_long_body_is_kept_in_part_and_that_is_noted(kept: Kept) -> None:
    found = whole(kept, kept.call(body=b"x" * (LONGEST_BODY + 1)))
    assert len(found["request"]["body"]) == LONGEST_BODY
    assert found["notes"] == [f"bodies are kept up to {LONGEST_BODY} bytes"]


def test_a_row_over_which_nothing_was_written_is_told_as_it_was(kept: Kept) -> None:
    changes = Changes()
    changes.add_changed(INVOICE, [{"Id": "a", "Status": "Draft"}], [{}])
    [found] = whole(kept, kept.call(changes=changes))["changes"]
    assert found["before"] == found["after"] == {"Id": "a", "Status": "Draft"}


def test_changed_rows_are_told_in_the_units_of_zuora(kept: Kept) -> None:
    before: Record = {"Id": "a", "Amount": 46_150_000, "InvoiceDate": "2026-01-15", "_Original": "b"}
    after: Record = {**before, "Amount": 0, "UpdatedDate": kept.tenant.now(), "Region__c": "EU"}
    item: Record = {"Id": "i", "SplitPercentage": 33_333_333_333}
    changes = Changes()
    changes.add_changed(INVOICE, [before], [after])
    changes.add_new(INVOICE_SPLIT_ITEM, [item])
    changes.add_gone(INVOICE, [{"Id": "c"}])
    found = whole(kept, kept.call(changes=changes))["changes"]
    assert found[0] == {
        "object": "Invoice",
        "id": "a",
        "before": {"Id": "a", "InvoiceDate": "2026-01-15", "Amount": 46.15},
        "after": {
            "Id": "a",
            "InvoiceDate": "2026-01-15",
            "Amount": 0,
            "UpdatedDate": "2026-01-15T12:00:00.000+00:00",
            "Region__c": "EU",
        },
    }
    assert (found[1]["before"], found[1]["after"]["SplitPercentage"]) == (None, 33.333333333)
    assert (found[2]["before"], found[2]["after"]) == ({"Id": "c"}, None)


def test_an_entry_tells_of_the_work_that_its_call_ordered_and_what_it_changed(kept: Kept) -> None:
    bench = kept.bench
    split = bench.split(bench.invoice([Item("100.00")]), "60", "40")
    kept.call("create")
    n = kept.call()
    (job,) = bench.order(split)
    assert whole(kept, n)["jobs"] == [
        {"id": job, "type": "InvoiceSplit", "objectId": split, "state": "queued", "reason": None}
    ]
    at_once(bench.runner.run_now(bench.tenant, job))
    found = whole(kept, n)
    assert found["jobs"][0]["state"] == "succeeded"
    assert {each["object"] for each in found["changes"]} >= {"Invoice", "InvoiceItem", "InvoiceSplitItem"}
    assert whole(kept, n - 1)["changes"] == []


def test_work_does_not_write_into_a_journal_that_was_cleared(kept: Kept) -> None:
    bench = kept.bench
    split = bench.split(bench.invoice([Item("100.00")]), "60", "40")
    kept.call()
    (job,) = bench.order(split)
    with bench.transaction() as transaction:
        kept.journal.clear(transaction)
    kept.call("query")
    at_once(bench.runner.run_now(bench.tenant, job))
    found = whole(kept, 1)
    assert (found["operation"], found["changes"], found["jobs"]) == ("query", [], [])


def test_a_refusal_is_explained_with_all_that_decided_it(kept: Kept) -> None:
    refusal = Refusal(
        rules.SPLIT_DRAFT,
        "no",
        pointer="/ids/0",
        expected="Draft",
        actual="Posted",
        state={"Status": "Posted"},
    )
    refusal.accepted = {"method": "POST", "path": "/", "body": {}}
    n = kept.call(rules=(rules.SPLIT_DRAFT.name,), refusals=[refusal, Refusal(rules.INVALID_ID, "unknown")])
    told = reasons(kept, n)
    assert told is not None
    assert told[0] == {
        "rule": "invoice-split.draft-only",
        "provenance": "documented",
        "source": rules.SPLIT_DRAFT.source,
        "summary": rules.SPLIT_DRAFT.summary,
        "message": "no",
        "pointer": "/ids/0",
        "expected": "Draft",
        "actual": "Posted",
        "state": {"Status": "Posted"},
        "accepted": refusal.accepted,
        "fault": None,
    }
    assert [each["rule"] for each in told] == ["invoice-split.draft-only", "object.id"]


@pytest.mark.assumed
def test_of_a_very_long_value_the_explanation_tells_the_beginning_and_the_length(kept: Kept) -> None:
    refusal = Refusal(rules.INVALID_ID, "no", actual="x" * 1_000_000)
    told = reasons(kept, kept.call(rules=(rules.INVALID_ID.name,), refusals=[refusal]))
    assert told is not None
    assert told[0]["actual"] == "x" * 10_000 + "… (1000000 characters)"


def test_a_rule_without_an_explanation_is_told_from_the_catalogue(kept: Kept) -> None:
    told = reasons(kept, kept.call(rules=("object.id", "gone.rule")))
    assert told is not None
    assert [(each["rule"], each["summary"]) for each in told] == [
        ("object.id", rules.INVALID_ID.summary),
        ("gone.rule", None),
    ]


def test_a_call_that_was_not_refused_has_nothing_to_explain(kept: Kept) -> None:
    assert reasons(kept, kept.call()) == []
    assert reasons(kept, 2) is None
