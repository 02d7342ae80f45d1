"""What a tenant is set up with: its settings and clock, entities, payment terms, organisations, clients, snapshots."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, delete, insert, select, update

from zuora_mock.domain.terms import PaymentTerm
from zuora_mock.storage.leading import touch
from zuora_mock.storage.statements import Prepared
from zuora_mock.storage.tables import CLIENTS, ENTITIES, ORGS, PAYMENT_TERMS, TENANTS
from zuora_mock.storage.tenants import CLIENT_BY_ID, VALUES, Client, Entity, client, values_of
from zuora_mock.storage.transaction import Transaction
from zuora_mock.storage.trouble import DuplicateRow


def save(transaction: Transaction) -> None:
    """Writes everything of the tenant's row."""
    values = {f"_{name}": value for name, value in values_of(transaction.tenant).items()}
    _SAVE.run(transaction, {"_key": transaction.tenant.key, **values})
    touch(transaction, transaction.tenant)


def add_entities(transaction: Transaction, entities: Sequence[Entity]) -> None:
    rows = [{"number": each.number, "id": each.id, "name": each.name} for each in entities]
    _INSERT_ENTITY.run_many(transaction, _owned(transaction, rows))


def add_terms(transaction: Transaction, terms: Sequence[PaymentTerm], first: int = 0) -> None:
    """`first` is the position of the first of them in the tenant's list."""
    rows = [
        {
            "name": term.name,
            "position": position,
            "type": term.type,
            "days": term.days,
            "cutoff_day": term.cutoff_day,
            "months": term.months,
            "due_day": term.due_day,
            "active": term.active,
            "is_default": term.default,
        }
        for position, term in enumerate(terms, first)
    ]
    _INSERT_TERM.run_many(transaction, _owned(transaction, rows))


def remove_terms(transaction: Transaction) -> None:
    _REMOVE_TERMS.run(transaction, {"whose": transaction.tenant.world})


def add_orgs(transaction: Transaction, orgs: Sequence[str]) -> None:
    _INSERT_ORG.run_many(transaction, _owned(transaction, [{"id": each} for each in orgs]))


def clients_of(transaction: Transaction) -> list[Client]:
    return [client(row) for row in _CLIENTS_OF.all(transaction, {"whose": transaction.tenant.key})]


def find_client(transaction: Transaction, client_id: str) -> Client | None:
    """Whichever tenant has it: an id that another tenant's client has cannot be given again."""
    row = CLIENT_BY_ID.first(transaction, {"wanted": client_id})
    return client(row) if row else None


def add_clients(transaction: Transaction, clients: Sequence[Client]) -> None:
    """Raises DuplicateRow."""
    rows = [
        {
            "client_id": each.client_id,
            "secret": each.secret,
            "username": each.username,
            "password": each.password,
            "active": each.active,
            "entities": json.dumps(each.entities),
        }
        for each in clients
    ]
    try:
        _INSERT_CLIENT.run_many(transaction, [{"tenant": transaction.tenant.key, **row} for row in rows])
    except transaction.connection.IntegrityError as error:
        raise DuplicateRow(str(error)) from None
    touch(transaction, transaction.tenant)


def remove_clients(transaction: Transaction, client_ids: Iterable[str]) -> None:
    """These clients of the tenant."""
    whose = transaction.tenant.key
    _REMOVE_CLIENT.run_many(transaction, [{"whose": whose, "wanted": each} for each in client_ids])
    touch(transaction, transaction.tenant)


def snapshots_of(transaction: Transaction) -> dict[str, int]:
    """Names and keys of the tenant's snapshots, oldest first."""
    snapshots = _SNAPSHOTS_OF.all(transaction, {"whose": transaction.tenant.key})
    return {str(name): int(key) for name, key in snapshots}


def _owned(transaction: Transaction, rows: Iterable[dict[str, object]]) -> list[dict[str, object]]:
    return [{"tenant": transaction.tenant.world, **row} for row in rows]


_SAVE = Prepared(
    lambda _: (
        update(TENANTS)
        .where(TENANTS.c.key == bindparam("_key"))
        .values({name: bindparam(f"_{name}") for name in VALUES})
    )
)
_INSERT_ENTITY = Prepared(lambda _: insert(ENTITIES))
_INSERT_TERM = Prepared(lambda _: insert(PAYMENT_TERMS))
_REMOVE_TERMS = Prepared(lambda _: delete(PAYMENT_TERMS).where(PAYMENT_TERMS.c.tenant == bindparam("whose")))
_INSERT_ORG = Prepared(lambda _: insert(ORGS))
_WHOSE = CLIENTS.c.tenant == bindparam("whose")
_CLIENTS_OF = Prepared(lambda _: select(CLIENTS).where(_WHOSE).order_by(CLIENTS.c.client_id))
_INSERT_CLIENT = Prepared(lambda _: insert(CLIENTS))
_REMOVE_CLIENT = Prepared(lambda _: delete(CLIENTS).where(_WHOSE, CLIENTS.c.client_id == bindparam("wanted")))
_SNAPSHOTS_OF = Prepared(
    lambda _: (
        select(TENANTS.c.name, TENANTS.c.key).where(TENANTS.c.snapshot_of == bindparam("whose")).order_by(TENANTS.c.key)
    )
)
