"""Orders, as far as they create subscriptions: from the catalogue to rate plans, charges and what they are worth.

Sources: API reference, Create an order. Assumed: no order is kept, but its number and id stand in the subscription; all
of it is active at once and nothing is billed; days that are not given are those of the contract, that of the contract
is that of the order; only charges with one price have an MRR; numbers follow how many there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from zuora_mock.billing import accounts, products
from zuora_mock.billing.fields import no_such
from zuora_mock.billing.holdings import PRODUCT_RATE_PLAN, RATE_PLAN, SUBSCRIPTION
from zuora_mock.billing.numbering import next_number
from zuora_mock.billing.subscriptions import CHARGE, PRODUCT_CHARGE, TIER
from zuora_mock.domain import rules
from zuora_mock.domain.catalogue import CONTACT, ObjectType
from zuora_mock.domain.periods import later, months_between, months_of, to_ninth
from zuora_mock.domain.values import Record, Value, as_number
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.storage.transaction import Transaction

_MADE = frozenset({"Id", "CreatedById", "CreatedDate", "UpdatedById", "UpdatedDate"})
_COPIED_OF_TIER = ("Tier", "StartingUnit", "EndingUnit", "Price", "IsOveragePrice")
_PRICED = frozenset({"Flat Fee Pricing", "Per Unit Pricing"})
_PER_UNIT = "Per Unit Pricing"
_FORMATS = {"FlatFee": "Flat Fee", "PerUnit": "Per Unit"}
_BASES: Mapping[str, str] = {"Per Month": "Month", "Per Week": "Week", "Per Year": "Annual"}
_DAYS = {
    "ContractEffective": "ContractEffectiveDate",
    "ServiceActivation": "ServiceActivationDate",
    "CustomerAcceptance": "ContractAcceptanceDate",
}
CONTACTS = {"BillToId": "SubscriptionBillToId", "SoldToId": "SubscriptionSoldToId"}


class NewPlan(NamedTuple):
    """`product_plan` is an id or a number, `charges` what differs from the catalogue, by ids or numbers of charges."""

    product_plan: str
    charges: Mapping[str, Record]
    custom: Record


class NewSubscription(NamedTuple):
    """`fields` are those of the catalogue, with the contacts of CONTACTS by the names of accounts."""

    fields: Record
    plans: Sequence[NewPlan]


class NewOrder(NamedTuple):
    day: str
    number: str
    id: str


def order(transaction: Transaction, day: str, number: str | None) -> NewOrder:
    """A new one. Raises Refusal for a number that is taken."""
    if number and transaction.taken(SUBSCRIPTION, "OrderNumber", number):
        raise _used("OrderNumber", number)
    number = number or next_number(transaction, SUBSCRIPTION, "OrderNumber", "O-")
    return NewOrder(day, number, transaction.new_id())


def subscribe(transaction: Transaction, account: Record, order: NewOrder, new: NewSubscription) -> Record:
    """Raises Refusal."""
    _check(transaction, new.fields)
    record = _subscription(transaction, account, order, new.fields)
    transaction.insert(SUBSCRIPTION, [record])
    for position, plan in enumerate(new.plans):
        try:
            _add_plan(transaction, record, plan, order)
        except Refusal as refusal:
            raise refusal.under("subscribeToRatePlans", position) from None
    return record


def _used(name: str, number: str) -> Refusal:
    message, at = f"{name}: '{number}' is already used", f"/{name}"
    return rules.DUPLICATE.refusal(message, at=at, expected="a free number", actual=number, remedy=Remedy({at: None}))


def _check(transaction: Transaction, fields: Record) -> None:
    """Raises Refusal."""
    number = fields.get("Name")
    if number and transaction.taken(SUBSCRIPTION, "Name", str(number)):
        raise _used("SubscriptionNumber", str(number))
    accounts.check_term(fields.get("PaymentTerm"), transaction.tenant.terms)
    for name in CONTACTS:
        wanted = fields.get(name)
        if wanted is not None and transaction.get(CONTACT, str(wanted)) is None:
            raise no_such(name, CONTACT.words, wanted, "the id of a contact", Remedy({f"/{name}": None}))


def _subscription(transaction: Transaction, account: Record, order: NewOrder, fields: Record) -> Record:
    identifier = transaction.new_id()
    own = {name: value for name, value in fields.items() if name not in CONTACTS}
    contacts = {field: fields[name] for name, field in CONTACTS.items() if name in fields}
    record: Record = {
        "Id": identifier,
        "Name": own.get("Name") or next_number(transaction, SUBSCRIPTION, "Name", "A-S"),
        "AccountId": account["Id"],
        "InvoiceOwnerId": account["Id"],
        "CreatorAccountId": account["Id"],
        "CreatorInvoiceOwnerId": account["Id"],
        "OriginalId": identifier,
        "Version": 1,
        "IsLatestVersion": True,
        "Status": "Active",
        "RenewalSetting": "RENEW_WITH_SPECIFIC_TERM",
        "AutoRenew": False,
        "IsInvoiceSeparate": False,
        "Currency": account.get("Currency"),
        "OrderId": order.id,
        "OrderNumber": order.number,
        "LastBookingDate": transaction.at(order.day),
        **contacts,
        **own,
        **_days(order, own),
    }
    stamped = transaction.stamp_new({name: value for name, value in record.items() if value is not None})
    return {"OriginalCreatedDate": stamped["CreatedDate"], **stamped}


def _days(order: NewOrder, fields: Record) -> Record:
    contract = fields.get("ContractEffectiveDate", order.day)
    start = str(fields.get("TermStartDate", contract))
    count, period = fields.get("InitialTerm"), str(fields.get("InitialTermPeriodType") or "Month")
    end = later(start, int(count), period) if fields.get("TermType") == "TERMED" and count else None
    days: Record = {name: fields.get(name, contract) for name in _DAYS.values()}
    ends: Record = {"TermEndDate": end, "SubscriptionEndDate": end}
    current: Record = {"CurrentTerm": count, "CurrentTermPeriodType": fields.get("InitialTermPeriodType")}
    return {**days, **ends, **current, "SubscriptionStartDate": contract, "TermStartDate": start}


def _add_plan(transaction: Transaction, subscription: Record, new: NewPlan, order: NewOrder) -> None:
    """Raises Refusal."""
    template = _product_plan(transaction, new.product_plan)
    record: Record = {"SubscriptionId": subscription["Id"], "ProductRatePlanId": template["Id"]}
    plan = _insert(transaction, RATE_PLAN, {**record, "Name": template.get("Name"), **new.custom})
    known = products.charges(transaction, template)
    _check_overrides(known, new.charges)
    for each in known:
        _add_charge(transaction, subscription, plan, each, _override(each, new.charges), order)


def _product_plan(transaction: Transaction, key: str) -> Record:
    """Raises Refusal."""
    found = transaction.get(PRODUCT_RATE_PLAN, key.lower()) or transaction.any(
        PRODUCT_RATE_PLAN, ProductRatePlanNumber=key
    )
    if found is None:
        raise no_such("ProductRatePlanId", PRODUCT_RATE_PLAN.words, key, "the id of a ProductRatePlan")
    return found


def _keys(charge: Record) -> set[str]:
    return {str(charge["Id"]), str(charge.get("ProductRatePlanChargeNumber") or charge["Id"])}


def _override(charge: Record, overrides: Mapping[str, Record]) -> Record:
    return next((fields for key, fields in overrides.items() if key in _keys(charge)), {})


def _check_overrides(charges: Sequence[Record], overrides: Mapping[str, Record]) -> None:
    """Raises Refusal for what would change a charge of another rate plan."""
    for position, key in enumerate(overrides):
        if not any(key in _keys(each) for each in charges):
            refusal = no_such("ProductRatePlanChargeId", PRODUCT_CHARGE.words, key, "one of the rate plan")
            raise refusal.under("chargeOverrides", position)


def _add_charge(
    transaction: Transaction, subscription: Record, plan: Record, template: Record, override: Record, order: NewOrder
) -> None:
    """Raises Refusal (`object.reference`) for a charge that has no price in the currency."""
    tiers = _tiers(transaction, template, str(subscription.get("Currency")))
    copied: Record = {name: template[name] for name in _copied() if name in template}
    number = next_number(transaction, CHARGE, "ChargeNumber", "C-")
    charge: Record = {
        **copied,
        "NumberOfPeriods": template.get("NumberOfPeriod"),
        "RatePlanId": plan["Id"],
        "ProductRatePlanChargeId": template["Id"],
        "SubscriptionId": subscription["Id"],
        "ChargeNumber": number,
        "Segment": 1,
        "Version": 1,
        "IsLastSegment": True,
        "originalOrderDate": order.day,
        "Quantity": template.get("DefaultQuantity", 1) if template.get("ChargeModel") == _PER_UNIT else None,
        **_prices(template, tiers),
        **override,
    }
    charge |= _span(subscription, charge)
    identifier = transaction.new_id()
    _insert(transaction, CHARGE, {**charge, **_worth(charge), "Id": identifier, "OriginalId": identifier})
    for each in tiers:
        _add_tier(transaction, identifier, charge, each)


@cache
def _copied() -> tuple[str, ...]:
    """The fields that a charge has from the catalogue."""
    return tuple(each.name for each in CHARGE.fields if each.name in PRODUCT_CHARGE.by_name and each.name not in _MADE)


def _tiers(transaction: Transaction, template: Record, currency: str) -> list[Record]:
    every = products.tiers(transaction, template)
    found = [each for each in every if each.get("Currency", currency) == currency]
    if every and not found:
        message = f"ProductRatePlanId: the charge '{template.get('Name')}' has no price in {currency}"
        expected = sorted({str(each.get("Currency")) for each in every})
        raise rules.REFERENCE.refusal(message, at="/productRatePlanId", expected=expected, actual=currency)
    return found


def _prices(template: Record, tiers: Sequence[Record]) -> Record:
    """Those that a charge has itself; what it has in tiers stays there."""
    model, first = template.get("ChargeModel"), tiers[0] if tiers else Record()
    if model in _PRICED:
        return {"Price": first.get("Price")}
    if model == "Overage Pricing":
        return {"OveragePrice": first.get("Price"), "IncludedUnits": template.get("IncludedUnits")}
    return {name: first[name] for name in ("DiscountAmount", "DiscountPercentage") if name in first}


def _span(subscription: Record, charge: Record) -> Record:
    """From its trigger to the end of the term, or of its own periods."""
    trigger = _DAYS.get(str(charge.get("TriggerEvent")), "ContractEffectiveDate")
    start, end = str(subscription[trigger]), subscription.get("SubscriptionEndDate")
    if charge.get("ChargeType") == "OneTime":
        end = later(start, 1, "Day")
    elif charge.get("EndDateCondition") == "FixedPeriod" and charge.get("UpToPeriods"):
        end = _after_periods(start, charge)
    return {"EffectiveStartDate": start, "EffectiveEndDate": end}


def _after_periods(start: str, charge: Record) -> str:
    count, unit = int(charge.get("UpToPeriods") or 0), str(charge.get("UpToPeriodsType") or "Billing Periods")
    if unit != "Billing Periods":
        return later(start, count, unit.removesuffix("s"))
    specific = int(charge.get("SpecificBillingPeriod") or 1)
    weeks = {"Week": 1, "Specific Weeks": specific}.get(str(charge.get("BillingPeriod")))
    return later(start, count * weeks, "Week") if weeks else later(start, int(count * (_length(charge) or 1)), "Month")


def _length(charge: Record) -> Decimal | None:
    """Months of a billing period."""
    return months_of(str(charge.get("BillingPeriod")), int(charge.get("SpecificBillingPeriod") or 0))


def _worth(charge: Record) -> Record:
    amount, monthly, total = _amount(charge), Decimal(0), Decimal(0)
    base = _BASES.get(str(charge.get("ListPriceBase")))
    length = months_of(base) if base else _length(charge)
    if charge.get("ChargeType") == "OneTime":
        return {"TCV": _kept(amount), "DTCV": _kept(amount)}
    if charge.get("ChargeType") == "Recurring" and length:
        monthly = to_ninth(amount / length)
        end = charge.get("EffectiveEndDate")
        months = months_between(str(charge["EffectiveStartDate"]), str(end)) if end else Decimal(0)
        total = to_ninth(amount / length * months)
    return {"MRR": _kept(monthly), "DMRC": _kept(monthly), "TCV": _kept(total), "DTCV": _kept(total)}


def _amount(charge: Record) -> Decimal:
    """Of one billing period."""
    if charge.get("ChargeModel") not in _PRICED:
        return Decimal(0)
    count = charge.get("Quantity")
    return Decimal(str(charge.get("Price") or 0)) * Decimal(str(1 if count is None else count))


def _kept(amount: Decimal) -> Value:
    return as_number(float(amount))


def _add_tier(transaction: Transaction, charge: str, fields: Record, tier: Record) -> None:
    """A price that was changed is changed in the tier too."""
    copied: Record = {name: tier.get(name) for name in _COPIED_OF_TIER}
    form = str(tier.get("PriceFormat") or "")
    price: Record = {"Price": fields["Price"]} if fields.get("Price") is not None else {}
    _insert(
        transaction,
        TIER,
        {**copied, **price, "PriceFormat": _FORMATS.get(form, form) or None, "RatePlanChargeId": charge},
    )


def _insert(transaction: Transaction, kind: ObjectType, fields: Record) -> Record:
    given: Record = {name: value for name, value in fields.items() if value is not None}
    record = transaction.stamp_new({"Id": given.get("Id") or transaction.new_id(), **given})
    transaction.insert(kind, [record])
    return record
