@% set scenario = (contributions("load.scenario") | selectattr("name", "eq", unit.name) | first).value %@
@% set endpoint = endpoints[scenario.endpoint] %@
// Load on @{ unit.name }@: make load SERVICE=@{ unit.name }@
//   BASE_URL  where it answers; this machine without it
//   TOKEN     what the gateway asks for; without it the script says itself who calls, which only this machine believes
//   PROFILE   smoke (ten seconds), load or soak
import { check } from "k6";
import exec from "k6/execution";
import http from "k6/http";

const BASE_URL = __ENV.BASE_URL || "http://127.0.0.1:@{ endpoint.host_port | default(endpoint.port) }@";
const PRODUCTION = [@% if remotes %@@{ (remotes | last).host | to_json }@@% endif %@];
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
  throw new Error(`${host} is production: load belongs elsewhere`);
}

export const options = {
  scenarios: { [profile]: PROFILES[profile] },
  thresholds: {
    checks: ["rate>0.99"],
    http_req_failed: ["rate<0.01"],
@% for line in scenario.thresholds | lines %@
    @{ line }@
@% endfor %@
  },
};

@{ scenario.script | trim }@
