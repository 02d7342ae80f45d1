"""The tables of the README, drawn from the code. `python tests/readme_tables.py` writes them into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click
from fastapi.routing import APIRoute

from zuora_mock import api
from zuora_mock.admin import app as admin_app
from zuora_mock.admin.mount import PREFIX
from zuora_mock.api.codes import read_as
from zuora_mock.api.gateway.operation import OperationRoute, first_sentence
from zuora_mock.api.gateway.reference import listed
from zuora_mock.cli import main
from zuora_mock.domain.catalogue import OBJECTS
from zuora_mock.domain.rules import RULES

README = Path(__file__).parents[1] / "README.md"


_LISTED = {"Actions", "CRUD"}
_REST = {"REST", "Object Query"}
_OF_ANY_OBJECT = {"create", "update", "delete", "query", "queryMore"}


def operations() -> str:
    """Every operation of Actions and CRUD: those of Zuora's reference, then our own additions."""
    routes = [route for route in api.routes() if isinstance(route, OperationRoute) and route.family in _LISTED]
    ours = {(each.method, each.path): each for each in routes}
    paths = listed() + [key for key in ours if key not in listed()]
    lines = ["| operation | supported | |", "|---|---|---|"]
    for key in paths:
        found = ours.get(key)
        what = f"{found.summary}" if found else ""
        note = f"{what}; not in Zuora's reference" if found and key not in listed() else what
        lines.append(f"| `{key[0]} {key[1]}` | {_level(found)} | {note} |")
    return "\n".join(lines)


def _level(route: OperationRoute | None) -> str:
    if route is None:
        return "no"
    return "as the object" if route.name in _OF_ANY_OBJECT else route.level.value


def objects() -> str:
    """Every type of record, and what may be done with it."""
    lines = ["| object | supported | actions | CRUD |", "|---|---|---|---|"]
    for kind in sorted(OBJECTS, key=lambda each: each.name):
        actions = ", ".join(["query", *(verb for verb in ("create", "update", "delete") if verb in kind.may)])
        methods = ", ".join(verb for verb in ("GET", "POST", "PUT", "DELETE") if verb in kind.verbs)
        lines.append(f"| {kind.name} | {kind.level.value} | {actions} | {methods} |")
    return "\n".join(lines)


def rest() -> str:
    """Every operation of REST, object queries too."""
    routes = [route for route in api.routes() if isinstance(route, OperationRoute) and route.family in _REST]
    lines = ["| operation | supported | |", "|---|---|---|"]
    rows = [f"| `{each.method} {each.path}` | {_level(each)} | {each.summary} |" for each in routes if not each.open]
    return "\n".join(lines + rows)


def _default(option: click.Option) -> str:
    if option.is_flag:
        return "on" if option.default is True else "off"
    return f"`{option.default}`" if option.default and isinstance(option.default, str | int) else ""


def settings() -> str:
    lines = ["| flag | default | |", "|---|---|---|"]
    for option in main.params:
        if isinstance(option, click.Option) and option.show_envvar:
            names = " / ".join(f"`{name}`" for name in (*option.opts, *option.secondary_opts))
            lines.append(f"| {names} | {_default(option)} | {option.help} |")
    return "\n".join(lines)


def admin() -> str:
    """Every call of `/__admin`."""
    routes = [route for router in admin_app.routers() for route in router.routes if isinstance(route, APIRoute)]
    calls = [
        f"| `{method} {PREFIX}{route.path}` | {first_sentence(route.endpoint.__doc__ or '')} |"
        for route in routes
        for method in route.methods or ()
        if route.include_in_schema
    ]
    return "\n".join(["| call | |", "|---|---|", *calls])


def rules() -> str:
    """Every refusal, as `/__admin/rules` lists them."""
    rows = [
        f"| `{rule.name}` | `{read_as(rule)}` | {rule.summary} | {rule.provenance.value}: {rule.source} |"
        for rule in RULES.values()
    ]
    return "\n".join(["| rule | a client reads | what it says | how we know |", "|---|---|---|---|", *rows])


TABLES: Mapping[str, Callable[[], str]] = {
    "admin": admin,
    "settings": settings,
    "objects": objects,
    "operations": operations,
    "rest": rest,
    "rules": rules,
}


def filled(text: str) -> str:
    """The README with its tables as they should be."""
    for name, draw in TABLES.items():
        before, rest = text.split(f"<!-- {name} -->\n")
        text = f"{before}<!-- {name} -->\n{draw()}\n<!-- /{name} -->{rest.partition(f'<!-- /{name} -->')[2]}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text(encoding="utf-8")), encoding="utf-8")
