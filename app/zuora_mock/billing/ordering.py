"""Orders, as far as they create subscriptions: from the catalogue to rate plans, charges and what they are worth.

Sources: API reference, Create an order. Assumed: no order is kept, but its number and id stand in the subscription; all
of it is active at once and nothing is billed; days that are not given are those of the contract, that of the contract
is that of the order; discounts and overage have no MRR; numbers follow how many there are.
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
from zuora_mock.domain.tiers import TIERED, VOLUME, amount_of
from zuora_mock.domain.values import MADE, Record, Value, as_number
from zuora_mock.errors import Refusal, Remedy
from zuora_mock.storage.transaction import Transaction

_COPIED_OF_TIER = ("Tier", "StartingUnit", "EndingUnit", "Price", "IsOveragePrice")
_PRICED = frozenset({"Flat Fee Pricing", "Per Unit Pricing"})
_COUNTED = frozenset({"Per Unit Pricing", TIERED, VOLUME})
_FORMATS = {"FlatFee": "Flat Fee", "PerUnit": "Per Unit"}
_BASES: Mapping[str, str] = {"Per Month": "Month", "Per Week": "Week", "Per Year": "Annual"}
_DAYS = {
    "ContractEffective": "ContractEffectiveDate",
    "ServiceActivation": "ServiceActivationDate",
    "CustomerAcceptance": "ContractAcceptanceDate",
}
CONTACTS = {"BillToId": "SubscriptionBillToId", "SoldToId": "SubscriptionSoldToId"}


class Named(NamedTuple):
    """A record of the catalogue, by the field that has its id or its number."""

    field: str
    value: str


class Override(NamedTuple):
    """What differs from the catalogue in a charge; tiers stand in place of all of the catalogue's."""

    charge: Named
    fields: Record
    tiers: Sequence[Record] = ()


class NewPlan(NamedTuple):
    product_plan: Named
    charges: Sequence[Override]
    custom: Record


class NewSubscription(NamedTuple):
    """`fields` are those of the catalogue, with the contacts of CONTACTS by the names of accounts."""

    fields: Record
    plans: Sequence[NewPlan]


class NewOrder(NamedTuple):
    """Number and id are those of an order, if it is one that makes the subscription."""

    day: str
    number: str | None
    id: str | None


def order(transaction: Transaction, day: str, number: str | None) -> NewOrder:
    """A new one. Raises Refusal for a number that is taken."""
    if number and transaction.has(SUBSCRIPTION, "OrderNumber", number):
        raise _used("OrderNumber", number)
    number = number or next_number(transaction, SUBSCRIPTION, "OrderNumber", "O-")
    return NewOrder(day, number, transaction.new_id())


def unordered(transaction: Transaction) -> NewOrder:
    return NewOrder(transaction.today(), None, None)


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
    if number and transaction.has(SUBSCRIPTION, "Name", str(number)):
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
        _add_charge(transaction, subscription, plan, _ordered(transaction, subscription, each, new), order)


class _Ordered(NamedTuple):
    """A charge of the catalogue, the fields that differ, and its tiers."""

    template: Record
    fields: Record
    tiers: Sequence[Record]


def _ordered(transaction: Transaction, subscription: Record, charge: Record, new: NewPlan) -> _Ordered:
    """Raises Refusal (`object.reference`) for a charge that has no price in the currency."""
    override = next((each for each in new.charges if _is(charge, each.charge)), None)
    own = override.tiers if override else ()
    tiers = own or _tiers(transaction, charge, str(subscription.get("Currency")), new.product_plan)
    return _Ordered(charge, override.fields if override else {}, tiers)


def _product_plan(transaction: Transaction, named: Named) -> Record:
    """Raises Refusal."""
    by_id = named.field == "ProductRatePlanId"
    field = "Id" if by_id else named.field
    found = transaction.any(PRODUCT_RATE_PLAN, **{field: named.value})
    if found is None:
        noun = "id" if by_id else "number"
        raise no_such(named.field, PRODUCT_RATE_PLAN.words, named.value, f"the {noun} of a ProductRatePlan", noun=noun)
    return found


def _is(charge: Record, named: Named) -> bool:
    return charge.get("Id" if named.field == "ProductRatePlanChargeId" else named.field) == named.value


def _check_overrides(charges: Sequence[Record], overrides: Sequence[Override]) -> None:
    """Raises Refusal for what would change a charge of another rate plan."""
    for position, each in enumerate(overrides):
        name, key = each.charge
        if not any(_is(charge, each.charge) for charge in charges):
            noun = "id" if name == "ProductRatePlanChargeId" else "number"
            refusal = no_such(name, PRODUCT_CHARGE.words, key, "one of the rate plan", noun=noun)
            raise refusal.under("chargeOverrides", position)


def _add_charge(
    transaction: Transaction, subscription: Record, plan: Record, ordered: _Ordered, order: NewOrder
) -> None:
    template, fields, tiers = ordered
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
        "Quantity": template.get("DefaultQuantity", 1) if template.get("ChargeModel") in _COUNTED else None,
        **_prices(template, tiers),
        **fields,
    }
    charge |= _span(subscription, charge)
    identifier = transaction.new_id()
    _insert(transaction, CHARGE, {**charge, **_worth(charge, tiers), "Id": identifier, "OriginalId": identifier})
    for each in tiers:
        _add_tier(transaction, identifier, charge, each)


@cache
def _copied() -> tuple[str, ...]:
    """The fields that a charge has from the catalogue."""
    return tuple(each.name for each in CHARGE.fields if each.name in PRODUCT_CHARGE.by_name and each.name not in MADE)


def _tiers(transaction: Transaction, template: Record, currency: str, plan: Named) -> list[Record]:
    every = products.tiers(transaction, template)
    found = [each for each in every if each.get("Currency", currency) == currency]
    if every and not found:
        message = f"{plan.field}: the charge '{template.get('Name')}' has no price in {currency}"
        expected = sorted({str(each.get("Currency")) for each in every})
        raise rules.REFERENCE.refusal(message, at=f"/{plan.field}", expected=expected, actual=currency)
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
    start, end = str(charge.get("TriggerDate") or subscription[trigger]), subscription.get("SubscriptionEndDate")
    if charge.get("ChargeType") == "OneTime":
        end = later(start, 1, "Day")
    elif charge.get("EndDateCondition") == "FixedPeriod" and charge.get("UpToPeriods"):
        end = _after_periods(start, charge)
    elif charge.get("EndDateCondition") == "SpecificEndDate" and charge.get("SpecificEndDate"):
        end = charge["SpecificEndDate"]
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


def _worth(charge: Record, tiers: Sequence[Record]) -> Record:
    amount, monthly, total = _amount(charge, tiers), Decimal(0), Decimal(0)
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


def _amount(charge: Record, tiers: Sequence[Record]) -> Decimal:
    """Of one billing period."""
    model, count = charge.get("ChargeModel"), charge.get("Quantity")
    quantity = Decimal(str(1 if count is None else count))
    if model not in _PRICED:
        return amount_of(model, quantity, sorted(tiers, key=lambda each: each.get("Tier") or 0))
    return Decimal(str(charge.get("Price") or 0)) * quantity


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
