"""A server that imports this before it begins lets others use its database."""

from __future__ import annotations

from zuora_mock.storage.postgresql import PostgreSQL

PostgreSQL.alone = False
