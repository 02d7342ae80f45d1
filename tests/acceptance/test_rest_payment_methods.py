"""Payment methods over REST: of an account, by their types, and one by its id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import recorded
from tests.acceptance.mocks import Client, Start
from tests.acceptance.recorded import assert_recorded
from tests.acceptance.wire import account, account_id, start

TYPES = "Guardian client types, 2025"
CARD, BANK, ELSEWHERE = (f"8ad0000000000000000000000000f00{n}" for n in (1, 2, 3))
OWNER = {"AccountId": {"AccountNumber": "A-1"}}
VISA = {"Type": "CreditCard", "CreditCardType": "Visa", "CreditCardMaskNumber": "************1111"}
ALICE = {"CreditCardHolderName": "Alice Adams", "CreditCardPostalCode": "94401", "Email": "alice@acme.example"}

OBJECTS: dict[str, list[dict[str, Any]]] = {
    "PaymentMethod": [
        {**OWNER, **VISA, **ALICE, "Id": CARD, "CreditCardExpirationMonth": 12, "CreditCardExpirationYear": 2030},
        {**OWNER, "Id": BANK, "Type": "BankTransfer", "BankTransferType": "SEPA", "IBAN": "DE89", "Active": False}
        | {"BankTransferAccountNumberMask": "*****6789", "BankTransferAccountName": "Acme"},
        {**OWNER, "Type": "ACH", "AchAbaCode": "021000021", "AchAccountNumberMask": "*****1234", "Wallet__c": "main"},
        {**OWNER, "Type": "CreditCardReferenceTransaction", "TokenId": "tok", "SecondTokenId": "cus"},
        {**OWNER, "Type": "PayPal", "PaypalBaid": "B-1", "PaypalEmail": "pay@acme.example"},
        {**OWNER, "Type": "Check"},
        {"Id": ELSEWHERE, "AccountId": {"AccountNumber": "B-1"}, **VISA},
    ],
}
COMMON = list(recorded.members(recorded.PAYMENT_METHOD))


def begun(server: Start, path: Path) -> Client:
    accounts = [account(DefaultPaymentMethodId=CARD), account("B-1"), account("C-1", DefaultPaymentMethodId=ELSEWHERE)]
    return start(server, path, accounts=accounts, objects=OBJECTS).sign_in()


@pytest.fixture
def client(server: Start, tmp_path: Path) -> Client:
    return begun(server, tmp_path)


def listed(client: Client, key: str = "A-1", query: str = "") -> dict[str, Any]:
    answer = client.get(f"/v1/accounts/{key}/payment-methods{query}")
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


@pytest.mark.observed(TYPES)
def test_a_card_has_the_members_that_a_client_expects(client: Client) -> None:
    [card] = listed(client)["creditcard"]
    assert_recorded(card, f"{recorded.PAYMENT_METHOD} {recorded.CREDIT_CARD}")
    assert_recorded(card["accountHolderInfo"], recorded.ACCOUNT_HOLDER)
    assert_recorded(card["mandateInfo"], recorded.MANDATE)
    assert (card["id"], card["isDefault"], card["accountKey"], card["status"]) == (
        CARD,
        True,
        account_id(client),
        "Active",
    )
    assert (card["cardNumber"], card["expirationMonth"], card["expirationYear"]) == ("************1111", 12, 2030)
    holder = card["accountHolderInfo"]
    assert [holder[name] for name in ("accountHolderName", "zipCode", "email", "city")] == [
        "Alice Adams",
        "94401",
        "alice@acme.example",
        None,
    ]


@pytest.mark.documented("API reference, List payment methods of an account")
def test_they_stand_in_arrays_by_their_types(client: Client) -> None:
    shown = listed(client)
    kinds = ["creditcard", "banktransfer", "ach", "creditcardreferencetransaction", "paypal", "check"]
    assert list(shown) == ["defaultPaymentMethodId", "paymentGateway", *kinds, "success"]
    assert (shown["defaultPaymentMethodId"], [len(shown[kind]) for kind in kinds]) == (CARD, [1] * 6)


@pytest.mark.observed(TYPES)
@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("banktransfer", recorded.BANK_TRANSFER),
        ("creditcardreferencetransaction", recorded.REFERENCE_TRANSACTION),
        ("paypal", recorded.PAYPAL),
    ],
)
def test_each_type_has_members_of_its_own(client: Client, kind: str, members: str) -> None:
    [shown] = listed(client)[kind]
    assert_recorded(shown, f"{recorded.PAYMENT_METHOD} {members}")


@pytest.mark.documented("API reference, List payment methods of an account")
def test_bank_accounts_are_masked_and_custom_fields_stand_at_the_end(client: Client) -> None:
    shown = listed(client)
    [bank], [ach] = shown["banktransfer"], shown["ach"]
    assert (bank["accountNumber"], bank["IBAN"], bank["status"]) == ("*****6789", "DE89", "Closed")
    assert (ach["bankABACode"], ach["bankAccountNumber"], list(ach)[-1]) == ("021000021", "*****1234", "Wallet__c")
    [check] = shown["check"]
    assert list(check) == COMMON


@pytest.mark.documented("API reference, List payment methods of an account")
def test_only_the_default_or_only_active_ones_can_be_asked_for(client: Client) -> None:
    assert [name for name, some in listed(client, query="?isDefaultOnly=true").items() if isinstance(some, list)] == [
        "creditcard"
    ]
    assert "banktransfer" not in listed(client, query="?isActiveOnly=TRUE")
    assert "banktransfer" in listed(client, query="?isActiveOnly=no")


@pytest.mark.assumed
def test_the_default_one_is_listed_even_if_it_belongs_to_another_account(client: Client) -> None:
    assert [each["isDefault"] for each in listed(client, "C-1")["creditcard"]] == [True]
    assert [each["isDefault"] for each in listed(client, "B-1")["creditcard"]] == [False]


@pytest.mark.documented("API reference, Retrieve a payment method")
def test_one_is_read_by_its_id(client: Client) -> None:
    shown = client.get(f"/v1/payment-methods/{CARD}").json()
    [card] = listed(client)["creditcard"]
    assert list(shown)[-2:] == ["cardBinInfo", "success"]
    assert {**card, "cardBinInfo": shown["cardBinInfo"], "success": True} == shown
    assert "cardBinInfo" not in client.get(f"/v1/payment-methods/{BANK}").json()


@pytest.mark.observed("Guardian client tests, 2025; guide, API upgrades")
@pytest.mark.parametrize(("version", "status"), [("186.0", 200), ("2024-05-20", 404)])
@pytest.mark.parametrize("path", ["accounts/xxx/payment-methods", "payment-methods/xxx"])
def test_what_is_not_there_is_not_found(client: Client, version: str, status: int, path: str) -> None:
    answer = client.get(f"/v1/{path}", headers={"Zuora-Version": version})
    assert answer.status_code == status
    assert answer.json()["reasons"] == [{"code": 50000040, "message": "Cannot find entity by key: 'xxx'."}]


@pytest.mark.assumed
def test_they_rest_on_stored_records(new_server: Start, tmp_path: Path) -> None:
    client = begun(new_server, tmp_path)
    assert client.get("/v1/accounts/A-1/payment-methods").headers["Zuora-Mock-Level"] == "stored"
    rows = {each["name"]: each["exercised"] for each in client.get("/__admin/ledger").json()["objects"]}
    assert rows["PaymentMethod"]


@pytest.mark.documented("API reference, Retrieve the default payment method of an account")
def test_the_default_one_of_an_account_is_read_as_by_its_id(client: Client) -> None:
    shown = client.get("/v1/accounts/A-1/payment-methods/default").json()
    assert shown == client.get(f"/v1/payment-methods/{CARD}").json()
    assert shown["isDefault"] is True
    cheque = client.get("/v1/accounts/A-1/payment-methods").json()["check"][0]["id"]
    assert client.put(f"/v1/object/account/{account_id(client)}", json={"DefaultPaymentMethodId": cheque}).json()[
        "Success"
    ]
    for key in ("A-1", "B-1", "Z-1"):
        answer = client.get(f"/v1/accounts/{key}/payment-methods/default", headers={"Zuora-Version": "2025-08-12"})
        reason = {"code": 50000040, "message": f"Cannot find entity by key: '{key}'."}
        assert (answer.status_code, answer.json()["reasons"]) == (404, [reason])


CARDS, NEW_CARD = (
    "API reference, List credit card payment methods",
    "API reference, Create a credit card payment method",
)
PRINTED = {
    "creditCardType": "Visa",
    "creditCardNumber": "4111111111111111",
    "expirationMonth": "3",
    "expirationYear": 2031,
}
HOLDER = {"cardHolderName": "Amy Lawrence", "city": "Rome", "email": "amy@acme.example"}


def cards(client: Client, key: str = "A-1", query: str = "") -> dict[str, Any]:
    shown: dict[str, Any] = client.get(f"/v1/payment-methods/credit-cards/accounts/{key}{query}").json()
    return shown


class TestCards:
    @pytest.mark.documented(CARDS)
    def test_the_cards_of_an_account_are_listed_alone(self, client: Client) -> None:
        shown = cards(client)
        assert list(shown) == ["creditCards", "success"]
        [card] = shown["creditCards"]
        assert list(card["cardHolderInfo"]) == [
            *("cardHolderName", "addressLine1", "addressLine2", "city", "state", "zipCode", "country", "phone", "email")
        ]
        told = [value for name, value in card.items() if name != "cardHolderInfo"]
        assert told == [CARD, "Visa", "************1111", 12, 2030, True]

    @pytest.mark.documented(NEW_CARD)
    def test_a_new_card_is_listed_and_can_be_what_its_account_pays_by(self, client: Client) -> None:
        body = {**PRINTED, "accountKey": "A-1", "cardHolderInfo": HOLDER, "defaultPaymentMethod": True}
        made = client.post("/v1/payment-methods/credit-cards", json=body).json()
        assert list(made) == ["success", "paymentMethodId"]
        first = cards(client, query="?pageSize=1")
        assert first["nextPage"] == "/v1/payment-methods/credit-cards/accounts/A-1?page=2&pageSize=1"
        [_, card] = cards(client)["creditCards"]
        assert (card["id"], card["defaultPaymentMethod"]) == (made["paymentMethodId"], True)
        assert (card["cardNumber"], card["expirationMonth"]) == ("************1111", 3)
        assert HOLDER.items() <= card["cardHolderInfo"].items()

    @pytest.mark.documented(NEW_CARD)
    def test_a_new_card_may_belong_to_nobody(self, client: Client) -> None:
        made = client.post("/v1/payment-methods/credit-cards", json={**PRINTED, "cardHolderInfo": HOLDER}).json()
        assert client.get(f"/v1/payment-methods/{made['paymentMethodId']}").json()["accountKey"] is None
        assert len(cards(client)["creditCards"]) == 1

    @pytest.mark.observed("zuora-ruby, recorded answer of 2016")
    def test_a_card_is_deleted(self, client: Client) -> None:
        answer = client.delete(f"/v1/payment-methods/{ELSEWHERE}", headers={"Zuora-Version": "2025-08-12"})
        assert answer.status_code == 400, answer.text
        client.put("/v1/accounts/C-1", json={"defaultPaymentMethodId": CARD}).raise_for_status()
        assert list(client.delete(f"/v1/payment-methods/{ELSEWHERE}").json()) == ["success", "processId"]
        assert cards(client, "B-1")["creditCards"] == []
