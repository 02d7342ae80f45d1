"""The house as data: which room may import from which, compared with the imports that are there."""

from __future__ import annotations

import ast
import re
import statistics
from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

pytestmark = pytest.mark.xdist_group("architecture")  # what is read for one is read for all

PACKAGE = "zuora_mock"
ROOT = Path(__file__).parents[1] / "app" / PACKAGE

FLOORS: dict[str, int] = {
    **dict.fromkeys(
        ("", "errors", "clock", "ids", "settings", "pointers", "instants", "json_structure", "printable", "bounds"), 0
    ),
    **dict.fromkeys(("defaults", "database_url"), 0),
    "domain": 1,
    "storage": 2,
    "work": 3,
    "billing": 4,
    "stubs": 4,
    "tenants": 5,
    "steering": 6,
    "services": 7,
    "api": 8,
    "admin": 9,
    "main": 10,
    **dict.fromkeys(("serve", "commands"), 11),
    "cli": 12,
    "embedded": 12,
    **dict.fromkeys(("asgi", "__main__"), 13),
    "client": 0,
    "pytest_plugin": 1,
}
"""A room imports from its own floor and from those below it."""

PURE = {"domain": {"zuora_mock.errors", "zuora_mock.domain"}}
DEAF_TO_THE_WIRE = {"domain", "billing"}
OF_A_CALL = ("/v1/", "/objects", "/ids", "queryString")
"""Paths, and members of a body that are none of a record: a matter of the dialects. Sources of rules may name them."""

THIRD_PARTY = {
    "domain": {"iso4217", "lark"},
    "storage": {"apsw", "psycopg", "sqlalchemy"},
    "work": set(),
    "api": {"fastapi", "pydantic", "starlette", "uvicorn"},
    "admin": {"fastapi", "pydantic", "starlette"},
}
ONLY_IN = {
    "sqlalchemy": {"storage"},
    "apsw": {"storage"},
    "psycopg": {"storage"},
    "fastapi": {"api", "admin", "main"},
    "click": {"cli", "serve", "commands"},
    "pydyf": {"billing"},
    "re2": {"stubs"},
    "jsonpath": {"stubs"},
}
"""What no other room may know."""

USED_BY_OTHERS = {"app", "__version__", "__all__", "listed", "ZuoraMock"}
USED_BY_OTHERS |= {"pytest_unconfigure"}
"""What servers, build tools, star imports, the tables of the README, tests of others and pytest ask for."""

STRANGERS = {"work": {"billing", "tenants", "steering"}}
"""Rooms that do not know each other, whatever their floors are."""
START_UP = {
    ("domain.money", "iso4217"),
    ("domain.zoql.grammar", "lark"),
    ("api.describe.document", "xml.etree"),
    ("billing.pages", "pydyf"),
    ("storage.database", "zuora_mock.storage.postgresql"),
    ("steering.fault_orders", "zuora_mock.steering.orders"),
    ("stubs.expressions", "re2"),
    ("stubs.json_paths", "jsonpath"),
    ("stubs.keeping", "zuora_mock.stubs.mapping"),
    ("tenants.fixtures.stubs", "zuora_mock.stubs.mapping"),
}
"""Imports that a function makes, because the server would start later for them."""

CATALOGUES = {"domain.rules"}
"""Long because it is a list: one entry for each rule."""

STATEMENT = re.compile(r"(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE|PRAGMA) ")
CAMEL_CASE = re.compile(r"_?[A-Z][a-z]\w*")

TIME_AND_CHANCE = {"time", "uuid", "random", "secrets"}
MAY_TELL_TIME = {"clock", "ids", "client", "pytest_plugin"}
"""The last two run in a test's process, not in the server."""


@cache
def sources() -> dict[str, str]:
    """By the name of the module."""
    paths = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in sorted(ROOT.rglob("*.py"))}
    named = {name.removesuffix("__init__").rstrip("."): path for name, path in paths.items()}
    return {name: path.read_text(encoding="utf-8") for name, path in named.items()}


@cache
def modules() -> dict[str, ast.Module]:
    return {name: ast.parse(source) for name, source in sources().items()}


@cache
def nodes(module: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(modules()[module]))


def found(look: Callable[[str], Iterable[object]], names: Iterable[str] | None = None) -> dict[str, list[object]]:
    """What it is that should not be in these modules, or in any, by their names."""
    looked = {name: list(look(name)) for name in (modules() if names is None else names)}
    return {name: each for name, each in looked.items() if each}


def room(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module.startswith(PACKAGE):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def in_rooms(rooms: Collection[str]) -> set[str]:
    return {name for name in modules() if room(name) in rooms}


@cache
def imported(module: str) -> frozenset[str]:
    return frozenset(imports(modules()[module]))


@cache
def own_imports(module: str) -> frozenset[str]:
    ours = {name.removeprefix(PACKAGE).lstrip(".") for name in imported(module) if name.split(".")[0] == PACKAGE}
    return frozenset(ours & modules().keys())


def imported_names(module: str) -> set[str]:
    return {name.rpartition(".")[2] for name in imported(module)}


def texts(module: str) -> Iterator[str]:
    constants = (node.value for node in nodes(module) if isinstance(node, ast.Constant))
    return (each for each in constants if isinstance(each, str))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_a_room_imports_only_from_its_floor_and_below() -> None:
    def above(module: str) -> set[str]:
        return {name for name in own_imports(module) if FLOORS[room(name)] > FLOORS[room(module)]}

    assert found(above) == {}


def test_no_modules_import_each_other_in_a_circle() -> None:
    done: set[str] = set()

    def walk(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path, module))
        if module not in done:
            for name in sorted(own_imports(module) - {module}):
                if not (module == "" or modules()[name].body == []):
                    walk(name, (*path, module))
            done.add(module)

    for module in modules():
        walk(module, ())


def test_the_rules_are_pure() -> None:
    def impure(module: str) -> set[str]:
        return {room(name) for name in own_imports(module)} - {"", "errors", "domain"}

    assert found(impure, in_rooms(PURE)) == {}


def test_rules_and_use_cases_know_no_call() -> None:
    def of_a_call(module: str) -> list[str]:
        return [text for text in texts(module) if any(word in text for word in OF_A_CALL)]

    assert found(of_a_call, in_rooms(DEAF_TO_THE_WIRE) - CATALOGUES) == {}


def test_third_parties_stay_in_their_rooms() -> None:
    known = {"fastapi", "starlette", "sqlalchemy", "sqlite3", "pydantic", "uvicorn", "lark", "iso4217", *ONLY_IN}

    def out_of_place(module: str) -> set[str]:
        place, used = room(module), {name.split(".")[0] for name in imported(module)} & known
        return (used - THIRD_PARTY.get(place, used)) | {
            name for name in used if place not in ONLY_IN.get(name, {place})
        }

    assert found(out_of_place) == {}


def test_strangers_stay_strangers() -> None:
    def met(module: str) -> set[str]:
        return {room(name) for name in own_imports(module)} & STRANGERS[room(module)]

    assert found(met, in_rooms(STRANGERS)) == {}


def test_only_storage_has_a_connection_in_its_hands_and_opens_transactions_by_itself() -> None:
    def of_storage(module: str) -> set[str]:
        held = {node.attr for node in nodes(module) if isinstance(node, ast.Attribute)} & {"connection"}
        called = {"Transaction"} if calls_of("Transaction", module) else set()
        return held | called | (own_imports(module) & {"storage.schema", "storage.statements", "storage.tables"})

    assert found(of_storage, modules().keys() - in_rooms({"storage"})) == {}


def test_no_import_hides_in_a_function() -> None:
    def hidden(module: str) -> set[str]:
        names = {name for function in functions(modules()[module]) for name in imports(function)}
        return {name for name in names if not any(name.startswith(o) for m, o in START_UP if m == module)}

    assert found(hidden) == {}


def test_only_the_clock_tells_time_and_only_ids_draw_lots() -> None:
    calls = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")

    def told_or_drawn(module: str) -> list[str]:
        return [*(imported(module) & TIME_AND_CHANCE), *(call for call in calls if call in sources()[module])]

    assert found(told_or_drawn, modules().keys() - MAY_TELL_TIME) == {}


def test_functions_stay_short() -> None:
    lengths = [(node.end_lineno or 0) - node.lineno + 1 for tree in modules().values() for node in functions(tree)]
    assert max(lengths) <= 60
    assert statistics.median(lengths) <= 9
    assert statistics.quantiles(lengths, n=10)[-1] <= 30


def test_modules_stay_under_four_hundred_lines() -> None:
    lines = {name: len(source.splitlines()) for name, source in sources().items() if name not in CATALOGUES}
    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_everything_is_typed() -> None:
    def untyped(module: str) -> list[str]:
        return [node.name for node in functions(modules()[module]) if node.returns is None]

    assert found(untyped) == {}


def calls_of(function: str, module: str) -> int:
    called = (node.func for node in nodes(module) if isinstance(node, ast.Call))
    return sum(isinstance(each, ast.Name) and each.id == function for each in called)


@pytest.mark.parametrize(("face", "place"), [("api", "api.gateway.exchanges"), ("admin", "admin.context")])
def test_each_face_opens_its_transactions_in_one_place(face: str, place: str) -> None:
    importing = {name for name in modules() if room(name) == face and "begin" in imported_names(name)}
    assert importing == {place}
    assert calls_of("begin", place) == 1


def test_the_gateway_knows_no_family() -> None:
    def families(module: str) -> set[str]:
        others = {name for name in own_imports(module) if room(name) == "api" and not name.startswith("api.gateway")}
        return others - {"api", "api.edits"}

    assert found(families, [name for name in modules() if name.startswith("api.gateway")]) == {}


def test_statements_stand_in_storage_alone() -> None:
    def statements(module: str) -> list[str]:
        return [text for text in texts(module) if STATEMENT.match(text)]

    assert found(statements, modules().keys() - in_rooms({"storage"})) == {}


def written_at_import(module: str) -> Iterator[str]:
    """Statements among the names of a module that are no functions of their dialect."""
    made = (call for each in modules()[module].body if isinstance(each, ast.Assign) for call in ast.walk(each))
    for call in made:
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Prepared":
            (statement,) = call.args
            if not isinstance(statement, ast.Lambda | ast.Name):
                yield ast.unparse(statement)


def test_no_statement_is_written_before_it_is_run() -> None:
    assert found(written_at_import) == {}


def test_the_formatter_decides() -> None:
    files = [*ROOT.rglob("*.py"), *Path(__file__).parent.rglob("*.py")]
    assert not [path for path in files if re.search(r"# fmt:\s", path.read_text(encoding="utf-8"))]


def classes_and_aliases(tree: ast.Module) -> Iterator[str]:
    """Names of classes, and of types that an assignment gives a name."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (each.id for each in targets if isinstance(each, ast.Name) and CAMEL_CASE.fullmatch(each.id))


def test_no_class_or_alias_has_its_name_twice() -> None:
    places: dict[str, list[str]] = {}
    for module, tree in modules().items():
        for name in classes_and_aliases(tree):
            places.setdefault(name, []).append(module)
    assert {name: modules for name, modules in places.items() if len(modules) > 1} == {}


def defined(tree: ast.Module) -> Iterator[str]:
    """The names that a module gives away, but those of functions that a decorator has handed on."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (each.id for each in targets if isinstance(each, ast.Name))
        elif isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.decorator_list:
            yield node.name


def used(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_nothing_is_there_that_nothing_uses() -> None:
    known = {name for tree in modules().values() for name in used(tree)} | USED_BY_OTHERS
    assert {
        (module, name) for module, tree in modules().items() for name in defined(tree) if name not in known
    } == set()
