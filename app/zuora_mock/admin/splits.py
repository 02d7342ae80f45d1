"""The arithmetic of a split on show: rows by parts, exact shares, and who got which unit that was left over."""

from __future__ import annotations

from typing import Any

from zuora_mock.admin.context import CurrentTenantCall
from zuora_mock.admin.problems import Problem
from zuora_mock.admin.routing import admin_router
from zuora_mock.billing.splitting.explanation import arithmetic
from zuora_mock.steering.journal import explanation
from zuora_mock.storage.transaction import Transaction

router = admin_router("Why", prefix="/splits")


def _in_any_entity(transaction: Transaction, id: str) -> dict[str, Any] | None:
    entities = (transaction.for_entity(each.number) for each in transaction.tenant.entities)
    found = (arithmetic(each, id.lower(), explanation) for each in entities)
    return next((each for each in found if each is not None), None)


@router.get("/{id}", include_in_schema=False)
@router.get("/{id}/explain")
async def explain(call: CurrentTenantCall, id: str) -> dict[str, Any]:
    """How the amounts of an invoice were divided. `id` is that of the InvoiceSplit or of the invoice that was split."""
    found = await call.do(_in_any_entity, id)
    if found is None:
        raise Problem(
            404, "Unknown split", f"nothing was split under the id '{id}', be it the split's or the invoice's"
        )
    return found
