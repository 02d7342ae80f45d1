#!/usr/bin/env bash
# Splits an invoice with curl, through a 429 and an answer that is lost on its way.
#   ZUORA_BASE_URL=http://127.0.0.1:9867 bash split_with_curl.sh
set -euo pipefail
longest_wait=0.1 # seconds; Zuora asks for a minute after a 429, and a test has none

new_id() { python3 -c 'import uuid; print(uuid.uuid4())'; }
member() { grep -o "\"$1\":[^,}]*" | cut -d: -f2 | tr -d '"'; }

# A client id that nobody has gets a tenant of its own, with the default fixture.
token=$(curl -s "$ZUORA_BASE_URL/oauth/token" -d grant_type=client_credentials -d client_secret=any \
  -d client_id="$(new_id)" | member access_token)
call() { curl -s -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$@"; }

# Once in effect, however often it is sent: all tries have one key.
send() {
  local action=$1 body=$2 key answer status wait
  key=$(new_id)
  while true; do
    answer=$(call -i -H "Idempotency-Key: $key" "$ZUORA_BASE_URL/v1/action/$action" -d "$body") || {
      echo "$action: the answer was lost, sent again" >&2
      continue
    }
    status=$(head -n 1 <<<"$answer" | cut -d' ' -f2)
    case $status in
      200) tail -n 1 <<<"$answer"; return ;;
      429) wait=$(grep -i '^retry-after:' <<<"$answer" | tr -cd 0-9)
           echo "$action: 429, retry after $wait seconds" >&2
           sleep "$longest_wait" ;;
      *) echo "$action: $answer" >&2; return 1 ;;
    esac
  done
}
query() { send query "{\"queryString\": \"$1\"}"; }
order_fault() {
  call --fail -o /dev/null "$ZUORA_BASE_URL/__admin/faults" \
    -d '{"match": {"operation": "'"$1"'"}, "times": 1, "fault": {"kind": "'"$2"'"}}'
}

order_fault create rate-limit
order_fault execute applied-then-lost

draft=$(query "select Id from Invoice where InvoiceNumber = 'INV00000001'" | member Id)
split=$(send create '{"type": "InvoiceSplit", "objects": [{"InvoiceId": "'"$draft"'"}]}' | member Id)
send create '{"type": "InvoiceSplitItem", "objects": [
  {"InvoiceSplitId": "'"$split"'", "InvoiceDate": "2026-02-01", "SplitPercentage": 60},
  {"InvoiceSplitId": "'"$split"'", "InvoiceDate": "2026-03-01", "SplitPercentage": 40}]}' >/dev/null
send execute '{"type": "InvoiceSplit", "synchronous": false, "ids": ["'"$split"'"]}' >/dev/null

until [ "$(query "select InvoiceId from InvoiceSplitItem where InvoiceSplitId = '$split'" | member InvoiceId | wc -l)" = 2 ]; do
  sleep 0.1
done
echo split into $(query "select Amount from Invoice where InvoiceNumber > 'INV00000014'" | member Amount)
