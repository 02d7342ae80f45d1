"""`zuora-mock openapi`: the documents that the server has at /openapi.json and /__admin/openapi.json."""

from __future__ import annotations

import json

import click

from zuora_mock.admin.app import create_admin_app
from zuora_mock.admin.vitals import Health
from zuora_mock.main import create_app


def run(*, admin: bool) -> None:
    app = create_app()
    if admin:
        app = create_admin_app(app.state.services, app.state.operations, Health(app.state))
    click.echo(json.dumps(app.openapi(), indent=2, ensure_ascii=False))
