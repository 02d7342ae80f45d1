// Splits an invoice with fetch, through a 429 and an answer that is lost on its way.
//   ZUORA_BASE_URL=http://127.0.0.1:9867 node split_with_fetch.mjs
import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

const base = process.env.ZUORA_BASE_URL;
const longestWait = 0.1; // seconds; Zuora asks for a minute after a 429, and a test has none

// A client id that nobody has gets a tenant of its own, with the default fixture.
async function signIn() {
  const form = { client_id: randomUUID(), client_secret: "any", grant_type: "client_credentials" };
  const answer = await fetch(`${base}/oauth/token`, { method: "POST", body: new URLSearchParams(form) });
  return (await answer.json()).access_token;
}

const token = await signIn();
const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };

// Once in effect, however often it is sent: all tries have one key.
async function send(action, body) {
  const request = {
    method: "POST",
    headers: { ...headers, "Idempotency-Key": randomUUID() },
    body: JSON.stringify(body),
  };
  for (;;) {
    const answer = await fetch(`${base}/v1/action/${action}`, request).catch(() => null);
    if (answer === null) {
      console.log(`${action}: the answer was lost, sent again`);
    } else if (answer.status === 429) {
      const wait = Number(answer.headers.get("Retry-After"));
      console.log(`${action}: 429, retry after ${wait} seconds`);
      await pause(1000 * Math.min(wait, longestWait));
    } else if (answer.ok) {
      return answer.json();
    } else {
      throw new Error(`${action}: ${answer.status} ${await answer.text()}`);
    }
  }
}

const query = async (text) => (await send("query", { queryString: text })).records;

async function orderFault(operation, kind) {
  const order = { match: { operation }, times: 1, fault: { kind } };
  await fetch(`${base}/__admin/faults`, { method: "POST", headers, body: JSON.stringify(order) });
}

await orderFault("create", "rate-limit");
await orderFault("execute", "applied-then-lost");

const [draft] = await query("select Id from Invoice where InvoiceNumber = 'INV00000001'");
const [split] = await send("create", { type: "InvoiceSplit", objects: [{ InvoiceId: draft.Id }] });
const parts = [["2026-02-01", 60], ["2026-03-01", 40]].map(([date, share]) => (
  { InvoiceSplitId: split.Id, InvoiceDate: date, SplitPercentage: share }
));
await send("create", { type: "InvoiceSplitItem", objects: parts });
const [row] = await send("execute", { type: "InvoiceSplit", synchronous: false, ids: [split.Id] });
if (!row.Success) throw new Error(JSON.stringify(row));

const made = `select InvoiceId from InvoiceSplitItem where InvoiceSplitId = '${split.Id}'`;
while (!(await query(made)).every((part) => part.InvoiceId)) await pause(100);
const invoices = await query("select Amount from Invoice where InvoiceNumber > 'INV00000014'");
console.log("split into", ...invoices.map((each) => each.Amount));
