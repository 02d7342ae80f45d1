"""Bodies of the calls that create and change accounts (API reference, Create an account, Update an account)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from zuora_mock.api.rest.bodies import (
    BillingBody,
    Day,
    Flag,
    Key,
    Text32,
    Text50,
    Text64,
    Text100,
    Text255,
    Text500,
    Whole,
    refused,
    required,
)
from zuora_mock.api.rest.credit_cards import CardBody, CardNumber, CardType
from zuora_mock.api.rest.invoice_bodies import ContactBody, KeptBody, NetSuiteBody
from zuora_mock.api.rest.subscription_bodies import SubscriptionBody
from zuora_mock.billing.customers import BILL_TO, SHIP_TO, SOLD_TO
from zuora_mock.domain.catalogue import ACCOUNT
from zuora_mock.domain.custom_fields import CustomFields
from zuora_mock.domain.values import Record
from zuora_mock.errors import Refusal

Filled255 = Annotated[str, Field(min_length=1, max_length=255)]
_ADDRESSES = "AdditionalEmailAddresses"


class TaxInfoBody(KeptBody):
    """Whether an account pays taxes."""

    kind = ACCOUNT

    VATId: Annotated[str, Field(max_length=25)] | None = None
    companyCode: Text50 | None = None
    exemptCertificateId: Text32 | None = None
    exemptCertificateType: Text32 | None = None
    exemptDescription: Text500 | None = None
    exemptEffectiveDate: Day | None = None
    exemptEntityUseCode: Text64 | None = None
    exemptExpirationDate: Day | None = None
    exemptIssuingJurisdiction: Text32 | None = None
    exemptStatus: Literal["Yes", "No", "PendingVerification"] | None = None


class AccountCardBody(CardBody):
    names = ("cardNumber", "cardType")

    cardNumber: CardNumber
    cardType: CardType


class ChangedContactBody(ContactBody):
    """A contact of an account of which some fields change."""

    firstName: Annotated[str, Field(min_length=1, max_length=100)] | None = None  # type: ignore[assignment]  # may stay
    lastName: Annotated[str, Field(min_length=1, max_length=100)] | None = None  # type: ignore[assignment]  # as above


class _AccountFields(NetSuiteBody):
    """What can be given to a new account and to one that is there."""

    kind = ACCOUNT

    Class__NS: Text255 | None = None
    CustomerType__NS: Literal["Company", "Individual"] | None = None
    Department__NS: Text255 | None = None
    Location__NS: Text255 | None = None
    Subsidiary__NS: Text255 | None = None
    SynctoNetSuite__NS: Literal["Yes", "No"] | None = None
    additionalEmailAddresses: list[str] | None = None
    autoPay: Flag | None = None
    batch: Annotated[str, Field(max_length=20)] | None = None
    communicationProfileId: Key | None = None
    crmId: Text100 | None = None
    customerServiceRepName: Text50 | None = None
    gatewayRoutingEligible: Flag | None = None
    invoiceDeliveryPrefsEmail: Flag | None = None
    invoiceDeliveryPrefsPrint: Flag | None = None
    invoiceTemplateId: Key | None = None
    notes: Annotated[str, Field(max_length=65_535)] | None = None
    parentId: Key | None = None
    partnerAccount: Flag | None = None
    paymentGateway: Annotated[str, Field(max_length=40)] | None = None
    paymentGatewayNumber: Text255 | None = None
    paymentTerm: Text100 | None = None
    profileNumber: Text50 | None = None
    purchaseOrderNumber: Text100 | None = None
    salesRep: Text50 | None = None
    sequenceSetId: Key | None = None
    summaryStatementTemplateId: Text32 | None = None
    taxInfo: TaxInfoBody | None = None

    def kept(self, custom: CustomFields) -> Record:
        fields = super().kept(custom)
        if self.additionalEmailAddresses is not None:
            fields[_ADDRESSES] = ",".join(self.additionalEmailAddresses)
        return fields | (self.taxInfo.kept(custom) if self.taxInfo else {})


class CreateAccountRequest(_AccountFields, BillingBody):
    """Nothing is billed of a subscription that is made with it."""

    name: Filled255
    billToContact: ContactBody
    currency: Annotated[str, Field(min_length=1)]
    billCycleDay: Whole | None = None
    accountNumber: Annotated[str, Field(min_length=1, max_length=50)] | None = None
    creditCard: AccountCardBody | None = None
    hpmCreditCardPaymentMethodId: Key | None = None
    shipToContact: ContactBody | None = None
    shipToSameAsBillTo: Flag | None = None
    soldToContact: ContactBody | None = None
    soldToSameAsBillTo: Flag | None = None
    subscription: SubscriptionBody | None = None

    def kept(self, custom: CustomFields) -> Record:
        """Who gives a payment method pays by it (assumed: unless told otherwise).

        The cycle begins on the day of the month on which the contract does, if it is not given (documented).
        """
        method, contract = self.hpmCreditCardPaymentMethodId, self.subscription
        paid: Record = {"AutoPay": True} if method or self.creditCard else {}
        paid |= {"DefaultPaymentMethodId": method} if method else {}
        cycle: Record = {"BillCycleDay": date.fromisoformat(contract.contractEffectiveDate).day} if contract else {}
        return paid | cycle | super().kept(custom)

    def contacts(self, custom: CustomFields) -> dict[str, Record | str]:
        """New contacts by the field that names them, or the field whose contact they share."""
        found: dict[str, Record | str] = {BILL_TO: self.billToContact.kept(custom)}
        for field, same, given in (
            (SOLD_TO, self.soldToSameAsBillTo, self.soldToContact),
            (SHIP_TO, self.shipToSameAsBillTo, self.shipToContact),
        ):
            if same:
                found[field] = BILL_TO
            elif given is not None:
                found[field] = given.kept(custom)
        return found

    def contradictions(self) -> Iterator[Refusal]:
        if self.billCycleDay is None and self.subscription is None:
            yield required("billCycleDay")
        if self.autoPay and not (self.hpmCreditCardPaymentMethodId or self.creditCard):
            yield required("hpmCreditCardPaymentMethodId")
        if self.creditCard and self.hpmCreditCardPaymentMethodId:
            yield refused("creditCard", "hpmCreditCardPaymentMethodId is given too", "no creditCard")
        for to in ("soldTo", "shipTo"):
            if getattr(self, f"{to}SameAsBillTo") and getattr(self, f"{to}Contact"):
                yield refused(f"{to}Contact", f"{to}SameAsBillTo is true", f"no {to}Contact")


class UpdateAccountRequest(_AccountFields):
    billCycleDay: Whole | None = None
    billToContact: ChangedContactBody | None = None
    billToContactId: Key | None = None
    defaultPaymentMethodId: Key | None = None
    name: Filled255 | None = None
    shipToContact: ChangedContactBody | None = None
    shipToContactId: Key | None = None
    soldToContact: ChangedContactBody | None = None
    soldToContactId: Key | None = None

    def kept(self, custom: CustomFields) -> Record:
        ids = {BILL_TO: self.billToContactId, SOLD_TO: self.soldToContactId, SHIP_TO: self.shipToContactId}
        return super().kept(custom) | {field: each for field, each in ids.items() if each is not None}

    def contacts(self, custom: CustomFields) -> dict[str, Record]:
        given: dict[str, Any] = {BILL_TO: self.billToContact, SOLD_TO: self.soldToContact, SHIP_TO: self.shipToContact}
        return {field: body.kept(custom) for field, body in given.items() if body is not None}

    def contradictions(self) -> Iterator[Refusal]:
        for to in ("billTo", "soldTo", "shipTo"):
            if getattr(self, f"{to}ContactId") and getattr(self, f"{to}Contact"):
                yield refused(f"{to}Contact", f"{to}ContactId is given too", f"no {to}Contact")
