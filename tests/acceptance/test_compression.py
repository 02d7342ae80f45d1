"""gzip both ways."""

from __future__ import annotations

import gzip
import json
import zlib
from pathlib import Path

import httpx
import pytest

from tests.acceptance.mocks import Client, Mock, Start
from tests.acceptance.wire import account, act, error, rule_of, start

QUERY = {"queryString": "select Name from Account"}
PACKED = gzip.compress(json.dumps(QUERY).encode(), mtime=0)


def query(client: Client, accepted: str | None = None, text: str = QUERY["queryString"]) -> httpx.Response:
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    return client.post("/v1/action/query", json={"queryString": text}, headers={"Accept-Encoding": "", **headers})


@pytest.fixture
def mock(server: Start, tmp_path: Path) -> Mock:
    return start(server, tmp_path, accounts=[account(f"A-{n}", Name="n" * 50) for n in range(20)], invoices=[])


@pytest.fixture
def client(mock: Mock) -> Client:
    return mock.sign_in()


class TestAnswers:
    @pytest.mark.documented("guide, Request and response compression")
    @pytest.mark.parametrize(
        "accepted", ["gzip", "GZIP", "deflate, gzip;q=0.5", "br, gzip", "gzip;q=1.0,deflate;q=0.6"]
    )
    def test_a_long_answer_is_packed_for_who_asks(self, client: Client, accepted: str) -> None:
        answer = query(client, accepted)
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.json() == query(client).json()

    @pytest.mark.documented("guide, Request and response compression")
    @pytest.mark.parametrize("accepted", [None, "", "identity", "deflate", "br", "gzip;q=0", "gzip; q=0.0", "*"])
    def test_it_is_plain_for_everybody_else(self, client: Client, accepted: str | None) -> None:
        assert "Content-Encoding" not in query(client, accepted).headers

    @pytest.mark.documented("guide, Request and response compression")
    def test_a_thousand_bytes_are_plain_and_one_more_is_packed(self, client: Client) -> None:
        shell = len('{"code":"ClientError","message":"Invalid action \'\'"}')
        sizes = {1000: None, 1001: "gzip"}
        for size, encoding in sizes.items():
            answer = client.post(f"/v1/action/{'x' * (size - shell)}", headers={"Accept-Encoding": "gzip"})
            assert (len(answer.content), answer.headers.get("Content-Encoding")) == (size, encoding)


class TestRequests:
    @pytest.mark.documented("guide, Request and response compression")
    @pytest.mark.parametrize("coding", ["gzip", "GZIP", " gzip "])
    def test_a_packed_body_is_read(self, client: Client, coding: str) -> None:
        assert act(client, "query", PACKED, Content_Encoding=coding).status_code == 200

    @pytest.mark.assumed
    def test_a_body_of_several_members_is_read_as_one(self, client: Client) -> None:
        text = json.dumps(QUERY).encode()
        packed = gzip.compress(text[:9]) + gzip.compress(b"") + gzip.compress(text[9:])
        assert act(client, "query", packed, Content_Encoding="gzip").status_code == 200

    @pytest.mark.assumed
    def test_identity_is_no_coding(self, client: Client) -> None:
        assert act(client, "query", QUERY, Content_Encoding="identity").status_code == 200

    @pytest.mark.assumed
    @pytest.mark.parametrize(
        "body",
        [
            json.dumps(QUERY).encode(),
            b"",
            PACKED[:-1],
            PACKED[:20],
            PACKED + b"more",
            zlib.compress(b"{}"),
            PACKED[:-8] + bytes(8),
        ],
    )
    def test_a_body_that_is_not_gzip_is_an_error(self, client: Client, body: bytes) -> None:
        answer = act(client, "query", body, Content_Encoding="gzip")
        assert (answer.status_code, answer.json()["message"].startswith("Error - ")) == (400, True)
        assert rule_of(answer) == "body.gzip"

    @pytest.mark.assumed
    @pytest.mark.parametrize("coding", ["br", "deflate", "gzip, gzip", "nonsense"])
    def test_another_coding_is_an_unsupported_media_type(self, client: Client, coding: str) -> None:
        answer = act(client, "query", QUERY, Content_Encoding=coding)
        assert (answer.status_code, answer.text) == (415, error(f"Content-Encoding '{coding}' is not supported"))

    @pytest.mark.assumed
    def test_the_limit_counts_the_unpacked_body(self, server: Start) -> None:
        client = server(max_body=2000).sign_in()
        for size, status in ((1900, 200), (2500, 413)):
            body = json.dumps({**QUERY, "padding": "x" * size}).encode()
            answer = act(client, "query", gzip.compress(body), Content_Encoding="gzip")
            assert answer.status_code == status
        assert answer.text == error("the body is larger than 2000 bytes")

    @pytest.mark.assumed
    def test_a_body_that_unpacks_without_end_is_too_large(self, server: Start) -> None:
        client = server(max_body=10_000).sign_in()
        bomb = gzip.compress(bytes(8_000_000))
        assert len(bomb) < 10_000
        assert act(client, "query", bomb, Content_Encoding="gzip").status_code == 413
