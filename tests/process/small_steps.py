"""Work on more than a few rows takes several transactions in a server that imports this module before it begins."""

from __future__ import annotations

from zuora_mock.billing.splitting import execution
from zuora_mock.storage import bulk
from zuora_mock.tenants import tenancy, worlds
from zuora_mock.tenants.fixtures import seeding

execution.STEP = 5
bulk.STEP = seeding._STEP = 15
tenancy._SMALL = worlds._FEW = 5
