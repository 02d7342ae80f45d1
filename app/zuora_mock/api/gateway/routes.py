"""From method and path to an operation. Fixed paths are one look-up; the others share a prefix and end with an id."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from zuora_mock.api.gateway.call import Family, Operation
from zuora_mock.domain import rules
from zuora_mock.errors import Refusal, Repair

ACTIONS, OBJECTS = "/v1/action/", "/v1/object/"


def family_of(path: str) -> Family:
    if path.startswith(ACTIONS):
        return Family.ACTIONS
    if path.startswith(OBJECTS):
        return Family.CRUD
    return Family.OAUTH if path.startswith("/oauth/") else Family.REST


class Routes:
    """The table of operations."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._by_path: dict[str, dict[str, Operation]] = {}
        for each in operations:
            self._by_path.setdefault(_stem(each.path), {})[each.method] = each

    def find(self, method: str, path: str) -> tuple[Operation, str]:
        """The operation and the id in the path. Raises Refusal: no such action, path or method."""
        methods, identifier = self._by_path.get(path), ""
        if methods is None:
            prefix, _, identifier = path.rpartition("/")
            methods = self._by_path.get(f"{prefix}/*") if identifier else None
        if methods is None:
            raise self._unknown(path)
        operation = methods.get(method)
        if operation is None:
            likely = "GET" if "GET" in methods else min(methods)
            raise Refusal(
                rules.WRONG_METHOD,
                f"method '{method}' not supported",
                expected=sorted(methods),
                actual=method,
                repair=Repair(method=likely),
            )
        return operation, unquote(identifier)

    def _unknown(self, path: str) -> Refusal:
        if path.startswith(ACTIONS):
            action = path.removeprefix(ACTIONS)
            return Refusal(rules.INVALID_ACTION, f"Invalid action '{action}'", actual=action)
        if path == "/v1" or path.startswith("/v1/"):
            return Refusal(rules.NO_ROUTE, f"The endpoint {path} does not exist.", actual=path)
        return Refusal(rules.NO_ROUTE_AT_GATEWAY, "no Route matched with those values", actual=path)


def _stem(path: str) -> str:
    """`/v1/object/invoice/{id}` as `/v1/object/invoice/*`."""
    prefix, _, last = path.rpartition("/")
    return f"{prefix}/*" if last.startswith("{") else path
