"""The arithmetic of a split on show: rows by parts, exact shares, and who got which unit that was left over."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from zuora_mock.admin.context import CurrentServices, CurrentTenant, Problem
from zuora_mock.billing.splitting.explanation import arithmetic
from zuora_mock.steering.journal import explanation
from zuora_mock.storage.transaction import begin

router = APIRouter(prefix="/splits", tags=["Why"])


@router.get("/{id}", include_in_schema=False)
@router.get("/{id}/explain")
async def explain(services: CurrentServices, tenant: CurrentTenant, id: str) -> dict[str, Any]:
    """How the amounts of an invoice were divided. `id` is that of the InvoiceSplit or of the invoice that was split."""
    for entity in tenant.entities:
        with begin(services.database, tenant, entity.number) as transaction:
            found = arithmetic(transaction, id.lower(), explanation)
        if found is not None:
            return found
    raise Problem(404, "Unknown split", f"nothing was split under the id '{id}', be it the split's or the invoice's")
