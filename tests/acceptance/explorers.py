"""Sequences of calls drawn by Schemathesis from an OpenAPI document, each made of what earlier ones answered.

What a document cannot know is told here: bodies that mean something to Zuora, and the ids that were seen in answers.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import requests
import schemathesis
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks

from tests.acceptance.mocks import Mock
from tests.profiles import proving

Ids: TypeAlias = st.SearchStrategy[str]
Case: TypeAlias = schemathesis.Case[Any]
Bodies: TypeAlias = Mapping[str, Callable[[Ids], st.SearchStrategy[Any]]]
"""By the label of an operation, what is worth sending to it, made of ids that were seen."""

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
_SCENARIOS, _STEPS = 9, 20
_MOST_KNOWN = 40
NAMES = st.sampled_from(["default", "before", "n" * 36])
"""Of tenants, of their clients, and of snapshots."""
NUMBERS = st.sampled_from(["INV00000001", "INV00000002", "A-1"])
_ID = re.compile(r"[0-9a-f]{32}(?:-\d+)?")
_LONGEST_URL = 60_000
"""A longer one no client sends."""
_SENDABLE = ("method", "url", "headers", "params", "data", "json", "files")


class Explorer:
    """Calls one application as its client. `answered` counts by operation and status."""

    def __init__(self, mock: Mock, document: Mapping[str, Any], prefix: str, bodies: Bodies) -> None:
        self.answered: Counter[tuple[str, int]] = Counter()
        self._mock, self._bodies, self._prefix = mock, bodies, prefix
        self._client = mock.sign_in()
        self._known: list[str] = []
        schema = schemathesis.openapi.from_dict(dict(document))
        self._tell(schema)
        made = (each.ok() for each in schema.get_all_operations() if isinstance(each, Ok))
        self.operations = {each.label: each for each in made if not _is_endless(each)}
        load_all_checks()

    def _tell(self, schema: Any) -> None:
        """What to make of drawn values; the parameters of these functions have the names that hooks have."""

        def flatmap_body(context: schemathesis.HookContext, body: Any) -> st.SearchStrategy[Any]:
            return self._body(context, body)

        def flatmap_path_parameters(context: Any, path_parameters: Any) -> st.SearchStrategy[Any]:  # noqa: ARG001
            return self._path(path_parameters)

        def flatmap_query(context: Any, query: Any) -> st.SearchStrategy[Any]:  # noqa: ARG001
            return _mostly_without(query, "tenant")

        def flatmap_headers(context: Any, headers: Any) -> st.SearchStrategy[Any]:  # noqa: ARG001
            return _mostly_without(headers, "Zuora-Mock-Tenant")

        for each in (flatmap_body, flatmap_path_parameters, flatmap_query, flatmap_headers):
            schema.hook(each)

    def run(self) -> None:
        """Raises FailureGroup for an answer that is not as the document says."""
        cases = {label: _cases(operation) for label, operation in self.operations.items()}
        explorer = self

        class Machine(RuleBasedStateMachine):
            def __init__(self) -> None:
                super().__init__()
                explorer.begin()

            @rule(data=st.data(), label=st.sampled_from(sorted(cases)))
            def call(self, data: st.DataObject, label: str) -> None:
                explorer.call(data.draw(cases[label], label))

        run_state_machine_as_test(Machine, settings=proving(_SCENARIOS, stateful_step_count=_STEPS))
        for label in sorted(cases.keys() - {called for called, _ in self.answered}):
            proving(2)(given(cases[label])(self.call))()

    def begin(self) -> None:
        """Everything as it was at the start."""
        self._mock.post("/__admin/reset?all=true")
        self._known[:] = self._client.ids().values()

    def call(self, case: Case) -> None:
        arguments = case.as_transport_kwargs(base_url=f"http://zuora-mock{self._prefix}")
        made = requests.Request(**{name: value for name, value in arguments.items() if name in _SENDABLE}).prepare()
        if len(str(made.url)) > _LONGEST_URL:
            return
        named = {**made.headers, "Authorization": f"Bearer {self._client.token}"}
        headers = [(name, _bytes(value)) for name, value in named.items() if name != "Content-Length"]
        answer = self._mock.request(str(made.method), str(made.url), content=made.body, headers=headers)
        self._mock.pause()
        self.answered[case.operation.label, answer.status_code] += 1
        self._known[:] = [*self._known, *_ID.findall(answer.text)][-_MOST_KNOWN:]
        case.validate_response(answer, checks=CHECKS)

    def _body(self, context: schemathesis.HookContext, body: Any) -> st.SearchStrategy[Any]:
        told = self._bodies.get(context.operation.label) if context.operation else None
        return st.just(body) if told is None else st.one_of(told(self._ids()), st.just(body))

    def _path(self, parameters: Any) -> st.SearchStrategy[Any]:
        told: dict[str, st.SearchStrategy[Any]] = {"n": st.integers(1, 9), "name": NAMES, "base": NAMES}
        given, key = st.just(parameters), self._ids() | NUMBERS
        known = st.fixed_dictionaries({name: told.get(name, key) for name in parameters or ()})
        return st.one_of(known, known, given) if parameters else given

    def _ids(self) -> Ids:
        return st.sampled_from(self._known)


def _is_endless(operation: Any) -> bool:
    """Whether its answer is a stream, for whose end nobody can wait."""
    return "text/event-stream" in str(operation.definition.raw["responses"])


def _cases(operation: Any) -> st.SearchStrategy[Case]:
    """As the document says, and where there is a body now and then not: of parameters few can be wrong."""
    good, bad = (operation.as_strategy(generation_mode=each) for each in GenerationMode)
    return st.one_of(good, good, bad) if [*operation.body] else good


def _mostly_without(given: Any, name: str) -> st.SearchStrategy[Any]:
    """A tenant that is drawn is mostly none, and then nothing else of the call matters."""
    if name not in (given or {}):
        return st.just(given)
    without = {each: value for each, value in given.items() if each != name}
    return st.sampled_from([without, without, without, given])


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")
