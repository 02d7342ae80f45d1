"""Descriptions of objects as XML (iron_bank, fixtures of describe)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from zuora_mock.domain.catalogue import CUSTOM_SUFFIX, Access, Field, ObjectType, is_custom
from zuora_mock.domain.describing import relation_of, words_of
from zuora_mock.domain.values import NUMERIC, Type

_TYPES: Mapping[Type, str] = {
    **dict.fromkeys((Type.ID, Type.STRING, Type.TEXT), "text"),
    **dict.fromkeys(NUMERIC, "decimal"),
    Type.INTEGER: "integer",
    Type.BOOLEAN: "boolean",
    Type.DATE: "date",
    Type.DATETIME: "datetime",
}
_FLAGS = {
    "selectable": Access.QUERY,
    "createable": Access.CREATE,
    "updateable": Access.UPDATE,
    "filterable": Access.FILTER,
}

Node = tuple[str, dict[str, str], str | list["Node"]]
"""Name, attributes and what is inside."""


def of_objects(names: Iterable[str], address: str) -> bytes:
    return _xml(("objects", {}, [_object(name, _named(name), address) for name in names]))


def of_object(kind: ObjectType, custom: Iterable[Field], address: str, *, related: bool) -> bytes:
    described = (each for each in (*kind.fields, *custom) if each.access and each.type in _TYPES)
    inside = [*_named(kind.name), _node("fields", [_field(each) for each in described])]
    if related:
        referring = (each for each in kind.references if each.access)
        others = [_object(each.target, _named(relation_of(each)), address) for each in referring]
        inside.append(_node("related-objects", others))
    return _xml(_object(kind.name, inside, address))


def of_error(message: str) -> bytes:
    return _xml(_node("error", [_node("message", message)]))


def _field(field: Field) -> Node:
    flags = {flag: access in field.access for flag, access in _FLAGS.items()}
    contexts = ("soap", "export") if Access.QUERY in field.access else ("soap",)
    options = [_node("options", [_node("option", value) for value in field.values])] if field.values else []
    return _node(
        "field",
        [
            *_named(field.name),
            *(_node(flag, _boolean(value)) for flag, value in flags.items()),
            _node("custom", _boolean(is_custom(field.name))),
            _node("maxlength", str(field.limit or "")),
            _node("required", _boolean(field.required)),
            _node("type", "picklist" if field.values else _TYPES[field.type]),
            *options,
            _node("contexts", [_node("context", name) for name in contexts]),
        ],
    )


def _object(target: str, inside: list[Node], address: str) -> Node:
    return "object", {"href": f"{address}/{target}"}, inside


def _named(name: str) -> list[Node]:
    """`AccountNumber`, and `Account Number` for people."""
    label = " ".join(words_of(name.removesuffix(CUSTOM_SUFFIX)))
    return [_node("name", name), _node("label", label)]


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def _node(name: str, inside: str | list[Node]) -> Node:
    return name, {}, inside


def _xml(node: Node) -> bytes:
    # Start-up cost: nothing else at the start needs Python's XML.
    from xml.etree import ElementTree as ET  # noqa: PLC0415

    def element(node: Node) -> ET.Element:
        name, attributes, inside = node
        made = ET.Element(name, attributes)
        if isinstance(inside, str):
            made.text = inside
        else:
            made.extend(map(element, inside))
        return made

    root = element(node)
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text
