"""Credit cards in the older calls: those of an account in a list, and new ones from what is printed on a card.

Sources: API reference, Create a credit card payment method, List credit card payment methods; a client of 2019 (the
order of the members). Assumed: a card that no gateway has seen is active.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from fastapi import Query
from pydantic import BaseModel, Field

from zuora_mock.api.gateway.call import Answer, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.headers import REPEATABLE
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.rest.bodies import Flag, RestBody, Text50, Text100, Text255, Whole
from zuora_mock.api.rest.paging import PageOptions, page_of
from zuora_mock.api.rest.records import around, layout_of
from zuora_mock.api.rest.route import StoredRoute, router_of
from zuora_mock.billing import cards, customers, holdings, keys
from zuora_mock.billing.holdings import PAYMENT_METHOD
from zuora_mock.domain.catalogue import ACCOUNT
from zuora_mock.domain.values import Record
from zuora_mock.storage.transaction import Transaction

CardType = Literal["AmericanExpress", "Discover", "MasterCard", "Visa"]
CardNumber = Annotated[str, Field(min_length=1, max_length=16)]

_HOLDER = {
    "cardHolderName": "CreditCardHolderName",
    "addressLine1": "CreditCardAddress1",
    "addressLine2": "CreditCardAddress2",
    "city": "CreditCardCity",
    "state": "CreditCardState",
    "zipCode": "CreditCardPostalCode",
    "country": "CreditCardCountry",
    "phone": "Phone",
    "email": "Email",
}
_CARD = layout_of("cardNumber expirationMonth expirationYear")


class CardHolderBody(RestBody):
    """Whose card it is."""

    cardHolderName: Annotated[str, Field(min_length=1, max_length=50)]
    addressLine1: Text255 | None = None
    addressLine2: Text255 | None = None
    city: Annotated[str, Field(max_length=40)] | None = None
    country: Annotated[str, Field(max_length=44)] | None = None
    email: Annotated[str, Field(max_length=80)] | None = None
    phone: Annotated[str, Field(max_length=40)] | None = None
    state: Text50 | None = None
    zipCode: Annotated[str, Field(max_length=20)] | None = None


class CardBody(RestBody):
    """What is printed on a card; `names` are its number and its type."""

    names: ClassVar[tuple[str, str]]

    cardHolderInfo: CardHolderBody
    expirationMonth: Annotated[Whole, Field(ge=1, le=12)]
    expirationYear: Whole
    securityCode: Annotated[str, Field(max_length=4)] | None = None

    def card(self) -> dict[str, Any]:
        """The fields of a payment method."""
        number, kind = self.names
        given = {
            name: getattr(self.cardHolderInfo, name) for name in self.cardHolderInfo.model_fields_set & _HOLDER.keys()
        }
        return {
            "CreditCardNumber": getattr(self, number),
            "CreditCardType": getattr(self, kind),
            "CreditCardExpirationMonth": self.expirationMonth,
            "CreditCardExpirationYear": self.expirationYear,
            **{_HOLDER[name]: value for name, value in given.items()},
        }


class CreateCreditCardRequest(CardBody):
    names = ("creditCardNumber", "creditCardType")

    creditCardNumber: CardNumber
    creditCardType: CardType
    accountKey: Text100 | None = None
    defaultPaymentMethod: Flag | None = None


class NewCreditCardView(BaseModel):
    success: bool
    paymentMethodId: str


class CardHolderView(BaseModel):
    cardHolderName: str | None
    addressLine1: str | None
    addressLine2: str | None
    city: str | None
    state: str | None
    zipCode: str | None
    country: str | None
    phone: str | None
    email: str | None


class CreditCardView(BaseModel):
    id: str
    cardHolderInfo: CardHolderView
    cardType: str | None
    cardNumber: str | None
    expirationMonth: int | None
    expirationYear: int | None
    defaultPaymentMethod: bool


class CreditCardsView(BaseModel):
    creditCards: list[CreditCardView]
    nextPage: str | None = None
    success: bool


router = router_of(StoredRoute)


@router.get(
    "/payment-methods/credit-cards/accounts/{key}", name="payment-methods.credit-cards", response_model=CreditCardsView
)
@sourced("API reference, List credit card payment methods")
def of_account(call: CurrentCall, key: str, options: Annotated[PageOptions, Query()]) -> Answer:
    """List the credit cards of an account."""
    account = keys.get(call.transaction, ACCOUNT, key)
    found = [each for each in holdings.payment_methods(call.transaction, account) if each.get("Type") == cards.TYPE]
    rows, further = page_of(found, options, call.request.path)
    shown = [_show(call.transaction, account, each) for each in rows]
    return Answer(200, render({"creditCards": shown, **further, "success": True}), objects=(PAYMENT_METHOD,))


def _show(transaction: Transaction, account: Record, card: Record) -> dict[str, Any]:
    return {
        "id": card["Id"],
        "cardHolderInfo": {name: card.get(field) for name, field in _HOLDER.items()},
        "cardType": card.get("CreditCardType"),
        **around(transaction, PAYMENT_METHOD, _CARD, (), card),
        "defaultPaymentMethod": card["Id"] == account.get("DefaultPaymentMethodId"),
    }


@router.post(
    "/payment-methods/credit-cards",
    name="payment-methods.create-credit-card",
    response_model=NewCreditCardView,
    dependencies=REPEATABLE,
)
@sourced("API reference, Create a credit card payment method")
def create(call: CurrentCall, body: CreateCreditCardRequest) -> Answer:
    """Create a credit card, of an account or of none."""
    account = keys.get(call.transaction, ACCOUNT, body.accountKey) if body.accountKey else None
    card = cards.create(call.transaction, account, body.card())
    if account and body.defaultPaymentMethod:
        customers.change(call.transaction, account, {"DefaultPaymentMethodId": card}, {})
    return Answer(200, render({"success": True, "paymentMethodId": card}), objects=(PAYMENT_METHOD,))
