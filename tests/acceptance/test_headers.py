"""Tracing and versions: Zuora-Track-Id, Zuora-Request-Id, X-Zuora-WSDL-Version, Zuora-Org-Ids."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import UNKNOWN_ID, act, crud, error, fault, problem, rule_of, start

UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
FORM = {"client_id": "short", "client_secret": "s", "grant_type": "client_credentials"}


def every_kind_of_answer(mock: Mock, client: Client, headers: dict[str, str]) -> list[httpx.Response]:
    query = {"queryString": "select Id from Account"}
    return [
        client.post("/v1/action/query", json=query, headers=headers),
        client.post("/v1/action/query", content=b"?", headers=headers),
        client.post("/v1/action/nonsense", headers=headers),
        client.get(f"/v1/object/invoice/{UNKNOWN_ID}", headers=headers),
        client.get("/v1/nonsense", headers=headers),
        client.get("/v1/action/query", headers=headers),
        client.get(f"/v1/object/invoice/{UNKNOWN_ID}", headers={**headers, "Zuora-Mock-Fault": "rate-limit"}),
        client.get(f"/v1/object/invoice/{UNKNOWN_ID}", headers={**headers, "Zuora-Mock-Fault": "internal-error"}),
        mock.get("/v1/invoices/1", headers=headers),
        mock.post("/v1/connections", headers=headers),
        mock.post("/oauth/token", data=FORM, headers=headers),
    ]


class TestTracing:
    @pytest.mark.documented("API reference, Zuora-Track-Id")
    @pytest.mark.parametrize("track_id", ["a", "x" * 64, "with space", "!#$%&()*+,-./<=>?@[]^_`{|}~"])
    def test_a_track_id_is_echoed_on_every_answer(self, mock: Mock, client: Client, track_id: str) -> None:
        answers = every_kind_of_answer(mock, client, {"Zuora-Track-Id": track_id})
        assert [each.headers.get("Zuora-Track-Id") for each in answers] == [track_id] * len(answers)
        assert {each.status_code for each in answers} == {200, 400, 401, 404, 405, 429, 500}

    @pytest.mark.documented("API reference, Zuora-Track-Id")
    def test_without_one_there_is_none(self, mock: Mock, client: Client) -> None:
        assert not any("Zuora-Track-Id" in each.headers for each in every_kind_of_answer(mock, client, {}))

    @pytest.mark.assumed
    @pytest.mark.parametrize("track_id", ["x" * 65, "a:b", "a;b", 'a"b', "a'b", "", "\xe9".encode("latin-1"), b"a\tb"])
    def test_a_bad_one_is_not_echoed_and_the_call_goes_through(self, client: Client, track_id: str | bytes) -> None:
        answer = client.get(f"/v1/object/invoice/{UNKNOWN_ID}", headers={"Zuora-Track-Id": track_id})
        assert (answer.status_code, "Zuora-Track-Id" in answer.headers) == (404, False)

    @pytest.mark.assumed
    def test_the_journal_notes_a_bad_one(self, client: Client) -> None:
        answer = client.get(f"/v1/object/invoice/{UNKNOWN_ID}", headers={"Zuora-Track-Id": "a:b"})
        entry = client.get(f"/__admin/requests/{answer.headers['Zuora-Mock-Request']}").json()
        assert "Zuora-Track-Id" in str(entry["notes"])

    @pytest.mark.assumed
    def test_strict_mode_refuses_a_bad_one(self, server: Start, tmp_path: Path) -> None:
        client = start(server, tmp_path, {"strict": True}).sign_in()
        answer = act(client, "query", {"queryString": "select Id from Account"}, Zuora_Track_Id="a:b")
        assert (answer.status_code, answer.json()["message"].startswith("Error - ")) == (400, True)
        assert rule_of(answer) == "track-id.form"

    @pytest.mark.documented("Older API, Zuora-Request-Id")
    def test_every_answer_has_a_request_id_of_its_own(self, mock: Mock, client: Client) -> None:
        given = {"Zuora-Request-Id": "mine"}
        found = [each.headers["Zuora-Request-Id"] for each in every_kind_of_answer(mock, client, given)]
        assert all(UUID.fullmatch(each) for each in found)
        assert len(set(found)) == len(found)

    @pytest.mark.assumed
    def test_the_request_id_of_a_rest_body_is_the_headers(self, client: Client) -> None:
        answer = client.get("/v1/nonsense")
        assert answer.json()["requestId"] == answer.headers["Zuora-Request-Id"]


class TestVersion:
    @pytest.mark.assumed
    @pytest.mark.parametrize("version", ["0", "-1", "x", "", "79.5", "1e2", "٧٩".encode()])
    def test_a_version_out_of_range_is_a_fault(self, client: Client, version: str | bytes) -> None:
        body = {"queryString": "select Id from Account"}
        answer = client.post("/v1/action/query", json=body, headers={"X-Zuora-WSDL-Version": version})
        assert (answer.status_code, answer.json()["FaultCode"]) == (400, "INVALID_VERSION")
        assert answer.headers["Zuora-Mock-Rule"] == "wsdl-version.range; provenance=assumed"

    @pytest.mark.assumed
    def test_the_fault_names_the_version_and_crud_tells_it_in_its_own_form(self, client: Client) -> None:
        message = "X-Zuora-WSDL-Version '0' is not a number from 1 to 153"
        answer = act(client, "query", {"queryString": "x"}, X_Zuora_WSDL_Version="0")
        assert answer.text == fault("INVALID_VERSION", message)
        answer = crud(client, "GET", f"invoice/{UNKNOWN_ID}", X_Zuora_WSDL_Version="0")
        assert (answer.status_code, answer.text) == (400, problem("INVALID_VERSION", message))

    @pytest.mark.documented("SOAP API, version history")
    @pytest.mark.parametrize("version", ["1", "68", "79", "153"])
    def test_every_version_of_the_range_is_taken(self, client: Client, version: str) -> None:
        body = {"queryString": "select Id from Account"}
        assert act(client, "query", body, X_Zuora_WSDL_Version=version).status_code == 200

    @pytest.mark.assumed
    @pytest.mark.parametrize("version", ["154", "999", "99999999999"])
    def test_a_version_above_the_newest_known_is_read_as_the_newest(self, client: Client, version: str) -> None:
        body = {"queryString": "select PaymentTerm from Invoice"}
        assert act(client, "query", body, X_Zuora_WSDL_Version=version).status_code == 200

    @pytest.mark.documented("Older API, X-Zuora-WSDL-Version")
    def test_without_the_header_the_version_is_79(self, client: Client) -> None:
        body = {"queryString": "select PaymentTerm from Invoice"}
        assert act(client, "query", body).json()["FaultCode"] == "INVALID_FIELD"

    @pytest.mark.documented("guide, API versions")
    @pytest.mark.parametrize("version", ["2025-08-12", "nonsense", "186.0"])
    def test_actions_and_crud_know_no_zuora_version(self, client: Client, version: str) -> None:
        answer = crud(client, "GET", f"invoice/{UNKNOWN_ID}", Zuora_Version=version)
        assert answer.status_code == 404


class TestOrganisations:
    @pytest.mark.documented("Actions reference, Zuora-Org-Ids")
    @pytest.mark.parametrize(
        ("orgs", "status"), [("north", 200), ("north, south", 200), ("north,west", 403), ("", 200)]
    )
    def test_only_organisations_of_the_fixture_may_be_named(
        self, server: Start, tmp_path: Path, orgs: str, status: int
    ) -> None:
        client = start(server, tmp_path, orgs=["north", "south"]).sign_in()
        answer = act(client, "query", {"queryString": "select Id from Account"}, Zuora_Org_Ids=orgs)
        assert answer.status_code == status
        if status == 403:
            assert answer.text == error("organisation 'west' is not accessible")
            assert rule_of(answer) == "orgs.header"

    @pytest.mark.assumed
    def test_without_a_list_any_organisation_will_do(self, client: Client) -> None:
        body = {"queryString": "select Id from Account"}
        assert act(client, "query", body, Zuora_Org_Ids="anything").status_code == 200
