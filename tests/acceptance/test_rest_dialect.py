"""How REST refuses: codes, categories, statuses by `Zuora-Version`, and everything that is wrong at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.acceptance import wire
from tests.acceptance.mocks import Caller, Client, Mock, Start

OLD, NEW = {"Zuora-Version": "341.0"}, {"Zuora-Version": "2024-05-20"}
ITEM = {"amount": 100, "chargeName": "Setup", "serviceStartDate": "2026-02-01"}
BODY = {"accountNumber": "A-1", "invoiceDate": "2026-02-01", "invoiceItems": [ITEM]}


def reasons(answer: httpx.Response) -> list[tuple[int, str]]:
    body = answer.json()
    assert list(body) == ["success", "processId", "reasons", "requestId"]
    assert body["success"] is False
    assert body["requestId"] == answer.headers["Zuora-Request-Id"]
    return [(each["code"], each["message"]) for each in body["reasons"]]


def create(client: Caller, headers: dict[str, str] = NEW, **members: Any) -> httpx.Response:
    return client.post("/v1/invoices", json={**BODY, **members}, headers=headers)


class TestTheVersion:
    @pytest.mark.documented("guide, API upgrades and Error codes")
    @pytest.mark.parametrize(
        ("method", "path", "body", "status", "category"),
        [
            ("GET", "/v1/invoices/nothing", None, 404, 40),
            ("POST", "/v1/invoices", {}, 400, 22),
            ("POST", "/v1/invoices", [], 400, 20),
            ("POST", "/v1/invoices", {**BODY, "memo": "x"}, 400, 21),
            ("POST", "/v1/invoices", {**BODY, "accountNumber": "A-9"}, 400, 20),
            ("DELETE", "/v1/invoices/INV00000001", None, 400, 30),
        ],
    )
    def test_a_refusal_has_the_status_of_its_category_from_2024_05_20_on_and_200_before(
        self, client: Client, method: str, path: str, body: Any, status: int, category: int
    ) -> None:
        options = {} if body is None else {"json": body}
        for headers, expected in ((NEW, status), ({"Zuora-Version": "2025-08-12"}, status), (OLD, 200), ({}, 200)):
            answer = client.request(method, path, headers=headers, **options)
            assert answer.status_code == expected
            assert [code % 100 for code, _ in reasons(answer)][:1] == [category]

    @pytest.mark.observed("zuora-cli notes against a sandbox; unreadable JSON is assumed")
    @pytest.mark.parametrize(
        ("content", "headers", "status", "code"),
        [
            (b"{", {"Content-Type": "application/json"}, 400, 50000090),
            (b"{}", {"Content-Type": "text/plain"}, 415, 50000045),
            (b"{}", {"Content-Type": ""}, 415, 50000045),
        ],
    )
    def test_what_cannot_be_read_has_its_true_status_under_every_version(
        self, client: Client, content: bytes, headers: dict[str, str], status: int, code: int
    ) -> None:
        for version in (OLD, NEW):
            answer = client.post("/v1/invoices", content=content, headers={**headers, **version})
            assert (answer.status_code, [each for each, _ in reasons(answer)]) == (status, [code])

    @pytest.mark.observed("zuora-cli notes against a sandbox")
    def test_a_wrong_method_is_405_and_an_idempotency_key_on_put_400_under_every_version(self, client: Client) -> None:
        for version in (OLD, NEW):
            assert reasons(client.post("/v1/invoices/x", json={}, headers=version))[0][0] == 50000045
            keyed = client.put("/v1/invoices/INV00000001/post", json={}, headers={**version, "Idempotency-Key": "k"})
            assert (keyed.status_code, reasons(keyed)) == (
                400,
                [(50000020, "Request method 'PUT' not supported with Idempotency-Key header")],
            )

    @pytest.mark.documented("guide, API versions")
    @pytest.mark.parametrize("version", ["", "nonsense", "1.0", "2024-06-01", "186"])
    def test_a_version_that_there_is_not_is_the_default_of_the_tenant(
        self, server: Start, tmp_path: Path, version: str
    ) -> None:
        for default, status in (("186.0", 200), ("2024-05-20", 404)):
            client = wire.start(server, tmp_path, {"zuoraVersion": default}).sign_in()
            answer = client.get("/v1/invoices/nothing", headers={"Zuora-Version": version})
            assert answer.status_code == status


class TestFields:
    @pytest.mark.observed("ActiveMerchant, wire transcript of 2017")
    def test_everything_that_is_wrong_is_told_at_once(self, client: Client) -> None:
        item = {"amount": "much", "chargeName": "c" * 131, "memo": 1}
        answer = create(client, invoiceDate="2026-02-30", status="Sent", invoiceItems=[item], comments=7, memo=1)
        assert sorted(reasons(answer)) == [
            (50000020, "'comments' is not valid: text is needed"),
            (50000020, "'invoiceDate' is not valid: a date yyyy-mm-dd is needed"),
            (50000020, "'invoiceItems[0].amount' is not valid: a number is needed"),
            (50000020, "'invoiceItems[0].chargeName' is not valid: at most 130 characters are allowed"),
            (50000020, "'status' value should be one of: Draft, Posted"),
            (50000021, "Invalid parameter(s): 'invoiceItems[0].memo,memo'."),
            (50000022, "'invoiceItems[0].serviceStartDate' may not be null"),
        ]

    @pytest.mark.observed("ActiveMerchant, wire transcript of 2017")
    def test_what_is_missing_may_not_be_null_and_what_is_empty_may_not_be_empty(self, client: Client) -> None:
        assert reasons(create(client, invoiceDate=None, invoiceItems=[])) == [
            (50000022, "'invoiceDate' may not be null"),
            (50000020, "'invoiceItems' is not valid: at least 1 are needed"),
        ]
        contact = {"firstName": "", "lastName": "L"}
        assert reasons(create(client, billToContact=contact)) == [
            (50000020, "'billToContact.firstName' may not be empty")
        ]

    @pytest.mark.assumed
    def test_fields_that_need_others_are_told_with_all_the_rest(self, client: Client) -> None:
        nameless = {"amount": 1, "serviceStartDate": "2026-02-01"}
        assert reasons(create(client, accountNumber=None, invoiceItems=[nameless, ITEM, nameless])) == [
            (50000022, "'accountId' may not be null"),
            (50000022, "'invoiceItems[0].chargeName' may not be null"),
            (50000022, "'invoiceItems[2].chargeName' may not be null"),
        ]

    @pytest.mark.observed("zuora-sdk 3.21 against a local server")
    def test_numbers_may_be_written_as_strings(self, client: Client) -> None:
        made = create(client, invoiceItems=[{**ITEM, "amount": "100.10", "quantity": "2"}]).json()
        assert (made["success"], made["amount"]) == (True, 100.1)

    @pytest.mark.assumed
    def test_a_null_is_as_good_as_nothing(self, client: Client) -> None:
        assert create(client, comments=None, autoPay=None, status=None, invoiceItems=[{**ITEM, "sku": None}]).json()[
            "success"
        ]

    @pytest.mark.documented("guide, Error codes, category 21")
    def test_names_are_case_sensitive_and_a_misspelt_one_is_told_its_neighbour(self, client: Client) -> None:
        answer = create(client, Comments="x")
        assert reasons(answer) == [(50000021, "Invalid parameter(s): 'Comments'.")]
        told = wire.explained(client, answer)
        assert told["state"] == {"didYouMean": {"Comments": "comments"}}
        assert client.post("/v1/invoices", json=told["accepted"]["body"]).json()["success"]

    @pytest.mark.assumed
    def test_what_would_be_accepted_mends_everything_or_is_not_told(self, client: Client) -> None:
        accepted = wire.explained(client, create(client, comments="x" * 256, memo=1, autoPay="maybe"))["accepted"]
        assert accepted["body"] == BODY
        assert wire.explained(client, create(client, comments="x" * 256, invoiceDate=None))["accepted"] is None

    @pytest.mark.assumed
    def test_custom_fields_are_known_as_the_tenant_declares_them(self, server: Start, tmp_path: Path) -> None:
        declared = {"Invoice": [{"name": "Region__c", "type": "picklist", "values": ["North"]}]}
        client = wire.start(server, tmp_path, customFields=declared).sign_in()
        assert create(client, Region__c="North").json()["Region__c"] == "North"
        assert create(client).json()["Region__c"] is None
        assert reasons(create(client, Region__c="East", Zone__c=1)) == [
            (50000020, "'Region__c' is not valid: one of North is needed"),
            (50000021, "Invalid parameter(s): 'Zone__c'."),
        ]


class TestAtTheDoor:
    @pytest.mark.observed("CauldronUp/cauldron, calls without credentials, 2026")
    def test_both_bodies_of_401(self, mock: Mock) -> None:
        for headers, body in (
            ({}, b'{"reasons":[{"code":"90000011","message":"Unauthorized"}],"success":false}'),
            (
                {"Authorization": "Bearer x"},
                b'{"reasons":[{"message":"Authentication error","code":"90000011"}],"success":false}',
            ),
        ):
            answer = mock.get("/v1/invoices/INV00000001", headers={**headers, **OLD})
            assert (answer.status_code, answer.content) == (401, body)

    @pytest.mark.documented("guide, Rate and concurrency limits, and Error codes")
    @pytest.mark.parametrize(
        ("fault", "old", "new", "code"),
        [("concurrency-limit", 429, 429, 50000070), ("lock-competition", 200, 409, 50000050)],
    )
    def test_ordered_faults_speak_the_dialect(self, client: Client, fault: str, old: int, new: int, code: int) -> None:
        for version, status in ((OLD, old), (NEW, new)):
            answer = client.get("/v1/invoices/INV00000001", headers={**version, "Zuora-Mock-Fault": fault})
            assert (answer.status_code, reasons(answer)[0][0]) == (status, code)

    @pytest.mark.documented("guide, Idempotent requests")
    def test_a_repeated_create_makes_one_invoice(self, client: Client) -> None:
        key = {"Idempotency-Key": "once", **NEW}
        first, again = create(client, key), create(client, key)
        assert first.content == again.content
        assert again.headers["Zuora-Mock-Replayed"] == "true"
        made = [each for each in client.get("/__admin/state").json()["invoices"] if each.get("Source") == "API"]
        assert [each["Id"] for each in made] == [first.json()["id"]]
