@% set smoke = first_of("http.smoke", unit) %@
@% set facts = smoke.facts %@
@% set production = remotes | last %@
// Load test of @{ unit.name }@: make load SERVICE=@{ unit.name }@
//   BASE_URL  base URL; defaults to this machine
//   TOKEN     bearer token for the gateway; without it the script sets the user header itself, which works only locally
//   PROFILE   smoke (ten seconds), load or soak
import { check } from "k6";
import exec from "k6/execution";
import http from "k6/http";

const BASE_URL = __ENV.BASE_URL || @{ "`http://127.0.0.1:${__ENV." ~ published[smoke.endpoint].variable ~ " || " ~ published[smoke.endpoint].port ~ "}`" if smoke.endpoint in published else ("http://127.0.0.1:" ~ endpoints[smoke.endpoint].port) | to_json }@;
const PRODUCTION = [@{ production.host | to_json }@];
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
@% if facts.create is defined %@
    "http_req_duration{name:create}": ["p(95)<500"],
@% else %@
    "http_req_duration{name:read}": ["p(95)<500"],
@% endif %@
@% if facts.stored | default(false) %@
    "http_req_duration{name:read}": ["p(95)<250"],
    "http_req_duration{name:list}": ["p(95)<500"],
@% endif %@
  },
};

@% if facts.create is defined %@
function request(name, headers = {}) {
  const caller = __ENV.TOKEN ? { Authorization: `Bearer ${__ENV.TOKEN}` } : { "@{ facts.caller }@": `load-${exec.vu.idInTest}` };
  return { headers: { "Content-Type": "application/json", ...caller, ...headers }, tags: { name } };
}

export default function () {
  const key = `${exec.scenario.startTime}-${exec.vu.idInTest}-${exec.vu.iterationInScenario}`;
  const body = JSON.stringify({ @% for field, value in facts.example | items %@@{ ", " if not loop.first }@@{ field }@: @{ "`load ${key}`" if field == facts.unique else value | to_json }@@% endfor %@ });
  const created = http.post(`${BASE_URL}@{ facts.create }@`, body, request("create", { "Idempotency-Key": key }));
@% if facts.stored | default(false) %@
  if (!check(created, { "created": (answer) => answer.status === 201 })) {
    return;
  }
  const id = created.json("id");
  const read = http.get(`${BASE_URL}@{ facts.create }@/${id}`, request("read"));
  check(read, { "read back": (answer) => answer.status === 200 && answer.json("id") === id });
  const listed = http.get(`${BASE_URL}@{ facts.create }@?limit=20`, request("list"));
  check(listed, { "listed": (answer) => answer.status === 200 });
@% else %@
  check(created, { "answered": (answer) => answer.status >= 200 && answer.status < 300 });
@% endif %@
}
@% else %@
export default function () {
  const headers = __ENV.TOKEN ? { Authorization: `Bearer ${__ENV.TOKEN}` } : {};
  const answer = http.get(`${BASE_URL}@{ facts.read }@`, { headers, tags: { name: "read" } });
  check(answer, { "answered": (answer) => answer.status >= 200 && answer.status < 300 });
}
@% endif %@
