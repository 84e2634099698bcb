// Load test of orders: make load SERVICE=orders
//   BASE_URL  base URL; defaults to this machine
//   TOKEN     bearer token for the gateway; without it the script sets the user header itself, which works only locally
//   PROFILE   smoke (ten seconds), load or soak
import { check } from "k6";
import exec from "k6/execution";
import http from "k6/http";

const BASE_URL = __ENV.BASE_URL || `http://127.0.0.1:${__ENV.ORDERS_PORT || 8080}`;
const PRODUCTION = ["shop.example.com"];
const PROFILES = {
  smoke: { executor: "constant-vus", vus: 2, duration: "10s" },
  load: {
    executor: "ramping-arrival-rate",
    startRate: 5,
    timeUnit: "1s",
    preAllocatedVUs: 50,
    maxVUs: 200,
    stages: [
      { target: 50, duration: "1m" },
      { target: 50, duration: "5m" },
      { target: 0, duration: "30s" },
    ],
  },
  soak: { executor: "constant-arrival-rate", rate: 10, timeUnit: "1s", duration: "2h", preAllocatedVUs: 20, maxVUs: 100 },
};

const profile = __ENV.PROFILE || "smoke";
if (!(profile in PROFILES)) {
  throw new Error(`PROFILE is one of ${Object.keys(PROFILES).join(", ")}`);
}
const host = BASE_URL.replace(/^[a-z]+:\/\//i, "").split(/[/:?#]/)[0].toLowerCase();
if (PRODUCTION.includes(host.replace(/\.$/, ""))) {
  throw new Error(`${host} is production: run load tests elsewhere`);
}

export const options = {
  scenarios: { [profile]: PROFILES[profile] },
  thresholds: {
    checks: ["rate>0.99"],
    http_req_failed: ["rate<0.01"],
    "http_req_duration{name:create}": ["p(95)<500"],
    "http_req_duration{name:read}": ["p(95)<250"],
    "http_req_duration{name:list}": ["p(95)<500"],
  },
};

function request(name, headers = {}) {
  const caller = __ENV.TOKEN ? { Authorization: `Bearer ${__ENV.TOKEN}` } : { "X-User-Id": `load-${exec.vu.idInTest}` };
  return { headers: { "Content-Type": "application/json", ...caller, ...headers }, tags: { name } };
}

export default function () {
  const key = `${exec.scenario.startTime}-${exec.vu.idInTest}-${exec.vu.iterationInScenario}`;
  const body = JSON.stringify({ reference: `load ${key}`, amount: 1250, currency: "EUR" });
  const created = http.post(`${BASE_URL}/v1/orders`, body, request("create", { "Idempotency-Key": key }));
  if (!check(created, { "created": (answer) => answer.status === 201 })) {
    return;
  }
  const id = created.json("id");
  const read = http.get(`${BASE_URL}/v1/orders/${id}`, request("read"));
  check(read, { "read back": (answer) => answer.status === 200 && answer.json("id") === id });
  const listed = http.get(`${BASE_URL}/v1/orders?limit=20`, request("list"));
  check(listed, { "listed": (answer) => answer.status === 200 });
}
