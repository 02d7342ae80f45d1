"""A catalogue that subscriptions are made from, and an account that has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.acceptance.mocks import Client, Start
from tests.acceptance.wire import start

NEW = {"Zuora-Version": "2025-08-12"}
AMY = {"AccountNumber": "A-1", "FirstName": "Amy", "LastName": "Lawrence"}
MONTHLY, YEARLY = "8ad0000000000000000000000000f101", "8ad0000000000000000000000000f102"
SEAT = "8ad0000000000000000000000000f201"
OF_PLAN = {"ChargeType": "Recurring", "TriggerEvent": "ContractEffective", "EndDateCondition": "SubscriptionEnd"}
OF_MONTHLY = {**OF_PLAN, "ProductRatePlanId": {"Name": "Monthly"}, "BillingPeriod": "Month"}
OF_METERED = {**OF_MONTHLY, "ProductRatePlanId": {"Name": "Metered"}, "UOM": "GB", "DefaultQuantity": 15}


def tier(charge: str, price: float, currency: str = "USD", **fields: Any) -> dict[str, Any]:
    of = {"ProductRatePlanChargeId": {"Name": charge}, "Currency": currency}
    return {**of, "Tier": 1, "Price": price, "PriceFormat": "FlatFee", **fields}


OBJECTS: dict[str, list[dict[str, Any]]] = {
    "Product": [{"Name": "Platform", "SKU": "PLAT-1"}],
    "ProductRatePlan": [
        {"Id": MONTHLY, "Name": "Monthly", "ProductId": {"SKU": "PLAT-1"}},
        {"Id": YEARLY, "Name": "Yearly", "ProductId": {"SKU": "PLAT-1"}, "ProductRatePlanNumber": "PRP-2"},
        {"Name": "Metered", "ProductId": {"SKU": "PLAT-1"}, "ProductRatePlanNumber": "PRP-3"},
    ],
    "ProductRatePlanCharge": [
        {
            **OF_MONTHLY,
            "Id": SEAT,
            "Name": "Seat",
            "ChargeModel": "Per Unit Pricing",
            "DefaultQuantity": 2,
            "UOM": "Each",
        },
        {**OF_MONTHLY, "Name": "Set-up", "ChargeModel": "Flat Fee Pricing", "ChargeType": "OneTime"}
        | {"TriggerEvent": "ServiceActivation"},
        {**OF_MONTHLY, "Name": "Off", "ChargeModel": "Discount-Percentage", "EndDateCondition": "FixedPeriod"}
        | {"UpToPeriods": 3, "UpToPeriodsType": "Billing Periods"},
        {**OF_PLAN, "Name": "Licence", "ProductRatePlanId": {"Name": "Yearly"}, "ChargeModel": "Flat Fee Pricing"}
        | {"BillingPeriod": "Annual", "NumberOfPeriod": 4},
        {**OF_METERED, "Name": "Storage", "ChargeModel": "Tiered Pricing", "ProductRatePlanChargeNumber": "C-1"},
        {**OF_METERED, "Name": "Calls", "ChargeModel": "Volume Pricing", "ProductRatePlanChargeNumber": "C-2"},
    ],
    "ProductRatePlanChargeTier": [
        tier("Seat", 10),
        tier("Set-up", 99),
        {**tier("Off", 0), "DiscountPercentage": 25},
        tier("Licence", 1200),
        tier("Licence", 1000, "EUR"),
        *(tier(name, 50, StartingUnit=0, EndingUnit=10) for name in ("Storage", "Calls")),
        *(tier(name, 4, Tier=2, StartingUnit=11, PriceFormat="PerUnit") for name in ("Storage", "Calls")),
    ],
}
PLAN: dict[str, Any] = {"productRatePlanId": MONTHLY}


def customer(server: Start, folder: Path) -> Client:
    """Account A-1, and nothing bought yet."""
    declared = {"Subscription": [{"name": "Region__c", "type": "text"}]}
    return start(server, folder, contacts=[AMY], objects=OBJECTS, customFields=declared).sign_in()


def charges(subscription: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for plan in subscription["ratePlans"] for each in plan["ratePlanCharges"]}
