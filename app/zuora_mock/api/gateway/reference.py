"""What Zuora's reference lists in the families that the mock plays, so that it can say what it has not.

Sources: Older API (CRUD operations and Actions), Actions reference, API reference (resources of REST).
"""

from __future__ import annotations

from collections.abc import Mapping

ACTIONS = ("amend", "create", "delete", "execute", "generate", "query", "queryMore", "subscribe", "update")

CRUD: Mapping[str, str] = {
    "account": "POST GET PUT DELETE",
    "amendment": "GET PUT DELETE",
    "bill-run": "POST GET PUT DELETE",
    "communication-profile": "GET",
    "contact": "POST GET PUT DELETE",
    "contact-snapshot": "GET",
    "credit-balance-adjustment": "POST GET PUT DELETE",
    "export": "POST GET",
    "feature": "GET DELETE",
    "import": "POST GET",
    "invoice": "GET PUT DELETE",
    "invoice-adjustment": "POST GET PUT DELETE",
    "invoice-item": "GET",
    "invoice-item-adjustment": "POST GET DELETE",
    "invoice-payment": "POST GET PUT",
    "invoice-split": "GET",
    "invoice-split-item": "GET",
    "payment": "POST GET PUT DELETE",
    "payment-method": "POST GET PUT DELETE",
    "payment-method-snapshot": "GET",
    "payment-method-transaction-log": "GET",
    "payment-transaction-log": "GET",
    "product": "POST GET PUT DELETE",
    "product-feature": "GET DELETE",
    "product-rate-plan": "POST GET PUT DELETE",
    "product-rate-plan-charge": "POST GET PUT DELETE",
    "product-rate-plan-charge-tier": "GET PUT",
    "rate-plan": "GET",
    "rate-plan-charge": "GET",
    "rate-plan-charge-tier": "GET",
    "refund": "POST GET PUT DELETE",
    "refund-invoice-payment": "GET",
    "refund-transaction-log": "GET",
    "subscription": "GET PUT DELETE",
    "subscription-product-feature": "GET",
    "taxation-item": "POST GET PUT DELETE",
    "unit-of-measure": "POST GET PUT DELETE",
    "usage": "POST GET PUT DELETE",
}

_RESOURCES = (
    "accounting-codes accounting-periods accounts amendments async async-jobs attachments "
    "bill-runs billing-documents billing-preview-runs bulk catalog charge-revenue-summaries "
    "connections contacts credit-memos creditmemos custom-exchange-rates debit-memos debitmemos describe "
    "e-invoice entities entity-connections files fulfillment-items fulfillments gateway-settlement "
    "hostedpages invoice-schedules invoices journal-entries journal-runs jwt "
    "notification-history omni-channel-subscriptions operations order-line-items orderActions "
    "orders payment-gateways payment-method-updaters payment-methods payment-runs "
    "payment-schedule-items payment-schedules payments product-rate-plan-charges product-rate-plans products "
    "ramps rateplan rateplans refunds revenue-events revenue-items revenue-recognition-rules "
    "revenue-schedules revpro-accounting-codes rsa-signatures sequence-sets sign-up subscriptions "
    "summary-journal-entries taxation-items taxationitems transactions uno-regenerate usage"
)
REST_RESOURCES = frozenset(_RESOURCES.split())
"""First segments below `/v1/` of the newer REST calls."""

OBJECT_QUERY = "/object-query/"


def listed() -> list[tuple[str, str]]:
    """(method, path) of every operation of Actions and CRUD in the reference."""
    actions = [("POST", f"/v1/action/{name}") for name in ACTIONS]
    crud = [
        (method, f"/v1/object/{name}" + ("" if method == "POST" else "/{id}"))
        for name, methods in CRUD.items()
        for method in methods.split()
    ]
    return actions + crud


def in_zuora(method: str, path: str) -> bool:
    """Whether Zuora itself has an operation there."""
    segments = path.removeprefix("/").split("/")
    match segments:
        case ["v1", "action", name]:
            return method == "POST" and name in ACTIONS
        case ["v1", "object", name]:
            return method == "POST" and "POST" in CRUD.get(name, "")
        case ["v1", "object", name, _]:
            return method != "POST" and method in CRUD.get(name, "").split()
        case ["v1", resource, *_]:
            return resource in REST_RESOURCES
        case _:
            return path.startswith(OBJECT_QUERY)
