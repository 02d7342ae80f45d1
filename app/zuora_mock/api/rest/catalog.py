"""The product catalogue of REST.

Sources: API reference, List all products, Retrieve a product (its path is `products` there and `product` in zuora-sdk
3.21: both are answered), List all product rate plans of a product; API upgrades, 230.0 (an address in place of plans).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query

from zuora_mock.api.gateway.call import Answer, Call, CurrentCall
from zuora_mock.api.gateway.dialect import render
from zuora_mock.api.gateway.operation import sourced
from zuora_mock.api.gateway.versions import reaches
from zuora_mock.api.rest.catalog_answers import (
    ProductRatePlansView,
    ProductsView,
    ProductView,
    show_plans,
    show_product,
)
from zuora_mock.api.rest.paging import CatalogOptions, page_of
from zuora_mock.api.rest.route import StoredRoute, router_of
from zuora_mock.billing import keys, products
from zuora_mock.billing.holdings import PRODUCT, PRODUCT_RATE_PLAN
from zuora_mock.billing.subscriptions import PRODUCT_CHARGE
from zuora_mock.domain.values import Record
from zuora_mock.errors import Provenance

PLANS_BY_ADDRESS = "230.0"
_OBJECTS = (PRODUCT, PRODUCT_RATE_PLAN, PRODUCT_CHARGE)

CurrentCatalogPage = Annotated[CatalogOptions, Query()]


router = router_of(StoredRoute)


@router.get("/catalog/products", name="catalog.products", response_model=ProductsView)
@sourced("API reference, List all products")
def every(call: CurrentCall, options: CurrentCatalogPage) -> Answer:
    """List products with their rate plans, charges and prices."""
    rows, further = page_of(products.newest_first(call.transaction), options, call.request.path)
    shown = {"products": [_product(call, each) for each in rows], **further, "success": True}
    return Answer(200, render(shown), objects=_OBJECTS)


@router.get("/catalog/product/{key}", name="catalog.product", response_model=ProductView)
@sourced("zuora-sdk 3.21, get_product", Provenance.OBSERVED)
def one(call: CurrentCall, key: str) -> Answer:
    """Read a product."""
    record = keys.get(call.transaction, PRODUCT, key)
    return Answer(200, render({**_product(call, record), "success": True}), objects=_OBJECTS)


@router.get("/catalog/products/{key}", name="catalog.products-get", response_model=ProductView)
@sourced("API reference, Retrieve a product")
def one_of_all(call: CurrentCall, key: str) -> Answer:
    """Read a product."""
    return one(call, key)


@router.get("/rateplan/{key}/productRatePlan", name="catalog.rate-plans", response_model=ProductRatePlansView)
@sourced("zuora-sdk 3.21, get_rate_plans_by_product", Provenance.OBSERVED)
def plans_of(call: CurrentCall, key: str, options: CurrentCatalogPage) -> Answer:
    """List the rate plans of a product."""
    found = products.plans(call.transaction, keys.get(call.transaction, PRODUCT, key))
    rows, further = page_of(found, options, call.request.path)
    shown = {"productRatePlans": show_plans(call.transaction, rows), **further, "success": True}
    return Answer(200, render(shown), objects=_OBJECTS[1:])


def _product(call: Call, record: Record) -> dict[str, Any]:
    address = f"{call.request.origin}/v1/rateplan/{record['Id']}/productRatePlan"
    return show_product(call.transaction, record, address if reaches(call.context.version, PLANS_BY_ADDRESS) else None)
