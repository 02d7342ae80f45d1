"""Entities of one tenant, and tenants beside each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.mocks import CLIENT_ID, SECRET, Mock, Start
from tests.acceptance.wire import (
    account,
    account_id,
    act,
    crud,
    error,
    execute,
    find,
    invoice,
    invoice_id,
    rule_of,
    split,
    start,
)

ENTITIES = [
    {"id": "00000000-0000-4000-8000-00000000e001", "name": "Global"},
    {"id": "00000000-0000-4000-8000-00000000e002", "name": "Europe"},
    {"id": "00000000-0000-4000-8000-00000000e003", "name": "Japan"},
]
GLOBAL, EUROPE, JAPAN = (each["id"] for each in ENTITIES)
ALL, ONE = CLIENT_ID, "11111111-1111-4111-8111-111111111111"
CLIENTS = [
    {"clientId": ALL, "clientSecret": SECRET, "entities": ["Global", "Europe"]},
    {"clientId": ONE, "clientSecret": SECRET, "entities": ["Europe"]},
]
QUERY = {"queryString": "select AccountNumber from Account"}


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    accounts = [account("G-1"), account("E-1", entity="Europe"), account("J-1", entity=JAPAN)]
    return start(
        server,
        tmp_path,
        entities=ENTITIES,
        clients=CLIENTS,
        accounts=accounts,
        invoices=[invoice(AccountNumber="G-1"), invoice("INV00000002", AccountNumber="E-1")],
    )


class TestEntities:
    @pytest.mark.documented("API reference, createToken")
    def test_a_token_of_several_entities_names_one_and_sees_its_data(self, mock: Mock) -> None:
        client = mock.sign_in(ALL)
        for entity, number in ((GLOBAL, "G-1"), (EUROPE, "E-1"), (EUROPE.upper(), "E-1"), (f" {EUROPE} ", "E-1")):
            records = act(client, "query", QUERY, Zuora_Entity_Ids=entity).json()["records"]
            assert [each["AccountNumber"] for each in records] == [number]

    @pytest.mark.documented("API reference, createToken")
    def test_a_token_of_one_entity_may_leave_the_header_out(self, mock: Mock) -> None:
        client = mock.sign_in(ONE)
        assert [each["AccountNumber"] for each in find(client, QUERY["queryString"])] == ["E-1"]
        assert act(client, "query", QUERY, Zuora_Entity_Ids=EUROPE).status_code == 200

    @pytest.mark.documented("older clients' headers entityId and entityName")
    @pytest.mark.parametrize(
        ("header", "value"), [("entityId", EUROPE), ("entityId", EUROPE.replace("-", "")), ("entityName", "Europe")]
    )
    def test_the_older_headers_are_read_where_the_newer_is_missing(self, mock: Mock, header: str, value: str) -> None:
        client = mock.sign_in(ALL)
        for headers, number in (({header: value}, "E-1"), ({header: value, "Zuora-Entity-Ids": GLOBAL}, "G-1")):
            records = client.post("/v1/action/query", json=QUERY, headers=headers).json()["records"]
            assert [each["AccountNumber"] for each in records] == [number]
        answer = client.post("/v1/action/query", json=QUERY, headers={header: "nonsense"})
        assert (answer.status_code, answer.text) == (400, error(f"{header} 'nonsense' is not an entity of this token"))

    @pytest.mark.documented("Older API, entityId and entityName")
    @pytest.mark.parametrize("client_id", [ALL, ONE])
    def test_the_older_headers_exclude_each_other(self, mock: Mock, client_id: str) -> None:
        client, headers = mock.sign_in(client_id), {"entityId": EUROPE.replace("-", ""), "entityName": "Europe"}
        answer = client.post("/v1/action/query", json=QUERY, headers=headers)
        assert (answer.status_code, answer.text) == (400, error("entityId and entityName exclude each other"))
        assert client.post("/v1/action/query", json=QUERY, headers={**headers, "Zuora-Entity-Ids": EUROPE}).is_success

    @pytest.mark.documented("guide, Idempotent requests")
    def test_a_key_of_another_entity_is_refused_and_shows_nothing(self, mock: Mock) -> None:
        client = mock.sign_in(ALL)
        body = {"type": "Account", "objects": [{"Name": "Amy", "Currency": "USD"}]}
        first, second = (
            act(client, "create", body, Zuora_Entity_Ids=entity, Idempotency_Key="k") for entity in (GLOBAL, EUROPE)
        )
        assert first.json()[0]["Success"]
        expected = error("Idempotency-Key 'k' was used by another entity")
        assert (second.status_code, second.text) == (422, expected)
        assert rule_of(second) == "idempotency.reused"

    @pytest.mark.assumed
    def test_a_token_of_several_needs_the_header(self, mock: Mock) -> None:
        client = mock.sign_in(ALL)
        for answer in (act(client, "query", QUERY), crud(client, "GET", "account/x")):
            assert (answer.status_code, answer.text) == (400, error("Zuora-Entity-Ids is required"))
            assert answer.headers["Zuora-Mock-Rule"] == "entity.header; provenance=documented"

    @pytest.mark.assumed
    @pytest.mark.parametrize("given", [JAPAN, f"{GLOBAL},{EUROPE}", "nonsense", GLOBAL.replace("-", ""), "Global"])
    def test_another_entity_is_refused(self, mock: Mock, given: str) -> None:
        client = mock.sign_in(ALL)
        expected = error(f"Zuora-Entity-Ids '{given}' is not an entity of this token")
        for answer in (
            act(client, "query", QUERY, Zuora_Entity_Ids=given),
            crud(client, "GET", "account/x", Zuora_Entity_Ids=given),
        ):
            assert (answer.status_code, answer.text) == (400, expected)

    @pytest.mark.observed("tokens of real tenants in fixtures of public clients")
    def test_the_scope_lists_the_entities_of_the_client(self, mock: Mock) -> None:
        form = {"client_id": ALL, "client_secret": SECRET, "grant_type": "client_credentials"}
        scope = mock.post("/oauth/token", data=form).json()["scope"].split(" ")
        assert [each for each in scope if each.startswith("entity.")] == [f"entity.{GLOBAL}", f"entity.{EUROPE}"]

    @pytest.mark.assumed
    def test_an_object_of_another_entity_does_not_exist(self, mock: Mock) -> None:
        client = mock.sign_in(ALL)
        records = act(client, "query", {"queryString": "select Id from Invoice"}, Zuora_Entity_Ids=GLOBAL).json()[
            "records"
        ]
        path = f"invoice/{records[0]['Id']}"
        assert crud(client, "GET", path, Zuora_Entity_Ids=GLOBAL).status_code == 200
        assert crud(client, "GET", path, Zuora_Entity_Ids=EUROPE).status_code == 404
        assert crud(client, "PUT", path, {"Status": "Posted"}, Zuora_Entity_Ids=EUROPE).status_code == 400
        body = {"type": "InvoiceSplit", "objects": [{"InvoiceId": records[0]["Id"]}]}
        [refused] = act(client, "create", body, Zuora_Entity_Ids=EUROPE).json()
        assert refused["Errors"][0]["Code"] == "INVALID_VALUE"

    @pytest.mark.assumed
    def test_a_split_stays_in_its_entity(self, mock: Mock) -> None:
        client = mock.sign_in(ONE)
        made, items = split(client, 60, 40, number="INV00000002")
        assert execute(client, made).json()[0]["Success"]
        mock.pause()
        part = crud(client, "GET", f"invoice-split-item/{items[0]}").json()["InvoiceId"]
        assert crud(client, "GET", f"invoice/{part}").json()["Amount"] == 60
        everything = mock.sign_in(ALL)
        assert crud(everything, "GET", f"invoice/{part}", Zuora_Entity_Ids=GLOBAL).status_code == 404


class TestTenants:
    @pytest.fixture
    def mock(self, server: Start, tmp_path: Path) -> Mock:
        """A tenant of one entity."""
        return start(server, tmp_path)

    @pytest.mark.assumed
    def test_two_clients_that_nobody_knows_never_see_each_other(self, mock: Mock) -> None:
        one, other = (mock.sign_in(f"{digit}" * 36, "s") for digit in "12")
        [made] = one.create("Account", {"Name": "mine", "Currency": "USD"})
        assert crud(one, "GET", f"account/{made}").status_code == 200
        assert crud(other, "GET", f"account/{made}").status_code == 404
        assert find(other, "select Id from Account where Name = 'mine'") == []
        assert act(other, "delete", {"type": "Account", "ids": [made]}).json()[0]["success"] is False

    @pytest.mark.assumed
    def test_each_has_ids_of_its_own_for_the_same_fixture(self, server: Start) -> None:
        mock = server()
        one, other = (mock.sign_in(f"{digit}" * 36, "s") for digit in "12")
        assert not set(one.ids().values()) & set(other.ids().values())
        assert one.ids().keys() == other.ids().keys()

    @pytest.mark.assumed
    def test_the_clients_of_a_fixture_share_its_tenant(self, server: Start, tmp_path: Path) -> None:
        clients = [{"clientId": each, "clientSecret": SECRET} for each in (ALL, ONE)]
        mock = start(server, tmp_path, clients=clients)
        one, other = mock.sign_in(ALL), mock.sign_in(ONE)
        crud(one, "PUT", f"account/{account_id(one)}", {"Notes": "shared"})
        assert crud(other, "GET", f"account/{account_id(other)}").json()["Notes"] == "shared"

    @pytest.mark.assumed
    def test_a_tenant_of_its_own_has_everything_of_the_fixture_but_the_clients(self, mock: Mock) -> None:
        own, first = mock.sign_in("1" * 36, "s").get("/__admin/state"), mock.sign_in().get("/__admin/state")
        numbers = [[each["InvoiceNumber"] for each in state.json()["invoices"]] for state in (own, first)]
        assert numbers[0] == numbers[1]
        assert CLIENT_ID in first.text
        assert CLIENT_ID not in own.text

    @pytest.mark.assumed
    def test_an_invoice_of_another_tenant_is_not_posted(self, mock: Mock) -> None:
        client, stranger = mock.sign_in(), mock.sign_in("1" * 36, "s")
        posted = {"type": "Invoice", "objects": [{"Id": invoice_id(client), "Status": "Posted"}]}
        assert rule_of(act(stranger, "update", posted)) == "object.id"
