"""Applications that stand from test to test: after each a reset of all makes them as they were at their start.

One that is not as it was is ended; whoever wants its like next gets a new one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple, TypeAlias

from tests.acceptance.engines import Databases
from tests.acceptance.mocks import Mock
from zuora_mock.main import create_app
from zuora_mock.settings import Settings
from zuora_mock.tenants.fixtures.reading import files_in

Key: TypeAlias = tuple[Settings, tuple[bytes, ...]]

_MOST_IDLE = 8
_MOST_USES = 100
"""A reset leaves tokens, so they grow in number."""


class _Kept(NamedTuple):
    """`tenants` as they were at the start, `life` ends it."""

    key: Key
    mock: Mock
    tenants: Any
    life: ExitStack
    uses: int = 0


class Standing:
    """Those on one engine: in memory, or each in a database of its own, with so many `replicas`."""

    def __init__(self, databases: Databases | None = None, replicas: int = 1) -> None:
        self._databases, self._replicas = databases, replicas
        self._idle: list[_Kept] = []

    def close(self) -> None:
        for each in self._idle:
            each.life.close()

    @contextmanager
    def new(self, settings: Settings) -> Iterator[Mock]:
        with ExitStack() as life:
            yield self._begin(settings, life)

    @contextmanager
    def lend(self, settings: Settings) -> Iterator[Mock]:
        """One with these settings and fixtures of this content, which nobody else has meanwhile."""
        assert settings.db is None, "what is in a file stays there: `new_server` is for that"
        kept = self._take(settings)
        yield kept.mock
        if kept.uses < _MOST_USES and _is_as_new(kept):
            self._idle.append(kept._replace(uses=kept.uses + 1))
        else:
            kept.life.close()
        while len(self._idle) > _MOST_IDLE:
            self._idle.pop(0).life.close()

    def _take(self, settings: Settings) -> _Kept:
        key = _key(settings)
        for at in reversed(range(len(self._idle))):
            if self._idle[at].key == key:
                return self._idle.pop(at)
        life = ExitStack()
        mock = self._begin(settings, life)
        return _Kept(key, mock, _tenants(mock), life)

    def _begin(self, settings: Settings, life: ExitStack) -> Mock:
        count = 1
        if self._databases is not None and settings.db is None:
            count = self._replicas
            settings = settings.model_copy(update={"db": life.enter_context(self._databases.one())})
        mock = Mock(*(create_app(settings) for _ in range(count)))
        life.callback(mock.stop)
        return mock


def _key(settings: Settings) -> Key:
    """Where fixtures have the same content it does not matter which files they are in."""
    files = (file for path in settings.fixtures for file in files_in(path))
    return settings.model_copy(update={"fixtures": ()}), tuple(file.read_bytes() for file in files)


def _is_as_new(kept: _Kept) -> bool:
    """Whether a reset brings everything back: no tenant, client or snapshot is there or gone that was not."""
    mock = kept.mock
    return mock.is_quiet and mock.post("/__admin/reset?all=true").is_success and _tenants(mock) == kept.tenants


def _tenants(mock: Mock) -> Any:
    """What is known of them; of a clock that runs not the time."""
    tenants = mock.get("/__admin/tenants").json().get("tenants", ())
    for each in tenants:
        if not each["clock"]["frozen"]:
            del each["clock"]["now"]
    return tenants
