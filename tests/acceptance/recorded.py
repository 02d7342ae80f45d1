"""What recorded answers of Zuora look like: the names of their members in order, and of what types their values are.

`s` text, `n` number, `i` whole number, `b` boolean, `0` null, `a` array, `o` object; `name` alone is `name:s`. Members
that only one tenant has, its custom fields, are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SUBSCRIPTION = """
id accountId accountNumber accountName invoiceOwnerAccountId invoiceOwnerAccountNumber invoiceOwnerAccountName
subscriptionNumber version:i revision termType invoiceSeparately:b contractEffectiveDate serviceActivationDate
customerAcceptanceDate subscriptionStartDate subscriptionEndDate lastBookingDate termStartDate termEndDate initialTerm:i
initialTermPeriodType currentTerm:i currentTermPeriodType autoRenew:b renewalSetting renewalTerm:i renewalTermPeriodType
currency contractedMrr:n totalContractedValue:n notes:0 status QuoteNumber__QT:0 OpportunityName__QT:0
CpqBundleJsonId__QT:0 QuoteType__QT:0 QuoteBusinessType__QT:0 OpportunityCloseDate__QT:0 billToContact:o paymentTerm:0
invoiceTemplateId:0 invoiceTemplateName:0 sequenceSetId:0 sequenceSetName:0 soldToContact:o isLatestVersion:b
cancelReason:0 ratePlans:a orderNumber externallyManagedBy:0 statusHistory:a invoiceGroupNumber:0 createTime updateTime
scheduledCancelDate:0 scheduledSuspendDate:0 scheduledResumeDate:0
"""
SUBSCRIPTION_BY_KEY = f"success:b {SUBSCRIPTION} communicationProfileId:0"
SUBSCRIPTION_CONTACT = """
id address1:0 address2:0 city:s0 country county:0 fax:0 state:s0 postalCode:s0 firstName lastName nickname:0 workEmail
personalEmail:0 homePhone:0 mobilePhone:0 otherPhone:0 otherPhoneType:0 taxRegion:0 workPhone:0 contactDescription:0
zipCode:0 accountId accountNumber isSpecifiedInSubscription:b
"""
RATE_PLAN = """
id productId productName productSku productRatePlanId productRatePlanNumber:s0 ratePlanName
subscriptionProductFeatures:a externallyManagedPlanId:0 subscriptionRatePlanNumber:s0 isFromExternalCatalog:b
ratePlanCharges:a
"""
CHARGE = """
id originalChargeId productRatePlanChargeId number name productRatePlanChargeNumber:s0 type model originalListPrice:0
uom:0 version:i subscriptionChargeDeliverySchedule:0 numberOfDeliveries:0 priceChangeOption priceIncreasePercentage:0
currency chargeModelConfiguration:0 inputArgumentId:0 includedUnits:0 overagePrice:0 applyDiscountTo:s0 discountLevel:s0
discountClass:0 applyToBillingPeriodPartially:b billingDay listPriceBase:s0 specificListPriceBase:0 billingPeriod
specificBillingPeriod:0 billingTiming:s0 ratingGroup:0 billingPeriodAlignment quantity:n prorationOption:0
isStackedDiscount:b reflectDiscountInNetAmount:b smoothingModel:0 numberOfPeriods:0 overageCalculationOption:0
overageUnusedUnitsCreditOption:0 unusedUnitsCreditRates:0 usageRecordRatingOption:0 segment:i effectiveStartDate
effectiveEndDate processedThroughDate:s0 chargedThroughDate:s0 done:b triggerDate:0 triggerEvent endDateCondition
upToPeriodsType:s0 upToPeriods:i0 specificEndDate:0 mrr:n dmrc:n tcv:n dtcv:n originalOrderDate amendedByOrderOn:s0
description salesPrice:n0 taxable:0 taxCode:0 taxMode:0 tiers:0 discountApplyDetails:0 pricingSummary price:n0
discountAmount:0 discountPercentage:n0
"""

PRODUCT = """
id sku name description category:s0 effectiveStartDate effectiveEndDate productNumber:s0 allowFeatureChanges:b
productRatePlans:a productFeatures:a
"""
PRODUCT_RATE_PLAN = """
id status name description effectiveStartDate effectiveEndDate externalIdSourceSystem:s0 externallyManagedPlanIds:a
productRatePlanCharges:a productRatePlanNumber:s0
"""
PRODUCT_CHARGE = """
id name type model uom:0 pricingSummary:a pricing:a defaultQuantity:0 applyDiscountTo:s0 discountLevel:s0
discountClass:0 applyToBillingPeriodPartially:b productDiscountApplyDetails:a endDateCondition upToPeriods:i0
upToPeriodsType:s0 billingDay listPriceBase:s0 specificListPriceBase:0 billingTiming:s0 ratingGroup:0 billingPeriod
billingPeriodAlignment specificBillingPeriod:0 smoothingModel:0 numberOfPeriods:0 overageCalculationOption:0
overageUnusedUnitsCreditOption:0 unusedIncludedUnitPrice:0 usageRecordRatingOption:0 priceChangeOption:s0
priceIncreasePercentage:0 useTenantDefaultForPriceChange:b taxable:b taxCode:s0 taxMode:s0 prorationOption:0
triggerEvent description revRecCode:0 revRecTriggerCondition:0 revenueRecognitionRuleName:s0
useDiscountSpecificAccountingCode:b0 financeInformation:o deliverySchedule:0 reflectDiscountInNetAmount:b
isStackedDiscount:b productRatePlanChargeNumber:s0
"""
PRICING = "currency price:n0 tiers:0 includedUnits:0 overagePrice:0 discountPercentage:n0 discountAmount:0"
FINANCE = """
deferredRevenueAccountingCode:s0 deferredRevenueAccountingCodeType:s0 recognizedRevenueAccountingCode:s0
recognizedRevenueAccountingCodeType:s0 accountsReceivableAccountingCode:s0 accountsReceivableAccountingCodeType:s0
"""

PAYMENT_METHOD = """
id type isDefault:b accountKey paymentMethodNumber:s0 status lastTransaction:s0 useDefaultRetryRule:b
bankIdentificationNumber:s0 deviceSessionId:s0 existingMandate:s0 ipAddress:s0 lastFailedSaleTransactionDate:s0
lastTransactionDateTime:s0 lastTransactionStatus:s0 maxConsecutivePaymentFailures:n0 numConsecutiveFailures:n
paymentRetryWindow:n0 totalNumberOfProcessedPayments:n totalNumberOfErrorPayments:n createdDate updatedDate createdBy
updatedBy
"""
CREDIT_CARD = """
cardNumber expirationMonth:n expirationYear:n creditCardType accountHolderInfo:o mandateInfo:o identityNumber:s0
"""
REFERENCE_TRANSACTION = """
tokenId secondTokenId mandateInfo:o cardNumber:s0 expirationMonth:n0 expirationYear:n0 creditCardType:s0
accountHolderInfo:o identityNumber:s0
"""
BANK_TRANSFER = """
bankTransferType IBAN businessIdentificationCode:s0 accountNumber bankCode:s0 branchCode:s0 identityNumber:s0
accountHolderInfo:o mandateInfo:o
"""
PAYPAL = "BAID email"
ACCOUNT_HOLDER = """
accountHolderName:s0 phone:s0 email:s0 addressLine1:s0 addressLine2:s0 zipCode:s0 city:s0 country:s0 state:s0
"""
MANDATE = """
mitProfileAction:s0 mitProfileType:s0 mitConsentAgreementSrc:s0 mitConsentAgreementRef:s0 mitTransactionId:s0
mitProfileAgreedOn:s0 mandateStatus:s0 mandateReason:s0 mandateId:s0 mandateReceivedStatus:s0 existingMandateStatus:s0
mandateCreationDate:s0 mandateUpdateDate:s0
"""

_LETTERS: Mapping[type, str] = {str: "s", bool: "b", int: "in", float: "n", type(None): "0", list: "a", dict: "o"}


def members(recorded: str) -> dict[str, str]:
    """The letters by the names."""
    pairs = (word.partition(":") for word in recorded.split())
    return {name: letters or "s" for name, _, letters in pairs}


def assert_recorded(shown: Mapping[str, Any], recorded: str) -> None:
    """Names and their order are those of the recording, values are of its types; of what was null there all goes."""
    wanted = members(recorded)
    assert list(shown) == list(wanted)
    assert {name: value for name, value in shown.items() if not _fits(value, wanted[name])} == {}


def _fits(value: object, letters: str) -> bool:
    return letters == "0" or any(letter in letters for letter in _LETTERS[type(value)])
