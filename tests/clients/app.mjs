// A native app: it listens on this machine, sends a browser to sign in, and takes what comes back to tokens.
import { createServer } from "node:http";
import * as client from "openid-client";

const [issuer, clientId, cookie] = process.argv.slice(2);
const insecure = { execute: [client.allowInsecureRequests] };
const config = await client.discovery(new URL(issuer), clientId, undefined, client.None(), insecure);

const arrivals = [];
const server = createServer((request, response) => {
  arrivals.push(request.url);
  response.end("Вернитесь в приложение.");
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const redirect = `http://127.0.0.1:${server.address().port}/signed-in`;

// What a browser does: it shows its cookie to the gateway alone, and goes where it is led.
async function browse(address, jar) {
  const answer = await fetch(address, { redirect: "manual", headers: jar ? { cookie: jar } : {} });
  const next = answer.headers.get("location");
  if (next?.startsWith(redirect)) await fetch(next);
  return { status: answer.status, next };
}

async function begun(more = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: redirect,
    scope: "openid",
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    ...more,
  });
  return { address, checks: { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true } };
}

async function roles(token) {
  const answer = await fetch(new URL("/graphql", issuer), {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: "{ viewer { roles { name } } }" }),
  });
  return answer.status === 200 ? (await answer.json()).data.viewer.roles.map((role) => role.name) : answer.status;
}

async function refusal(asking) {
  try {
    await asking;
    return null;
  } catch (error) {
    return error.error ?? error.code;
  }
}

const report = {};
const first = await begun();
report.unknown = await browse(first.address);
await browse(first.address, cookie);
const arrived = new URL(arrivals.at(-1), redirect);
const tokens = await client.authorizationCodeGrant(config, arrived, first.checks);
report.claims = tokens.claims();
report.roles = await roles(tokens.access_token);

const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token);
report.refreshed = await roles(refreshed.access_token);
await client.tokenRevocation(config, refreshed.refresh_token);
const began = Date.now();
do report.revoked = await roles(refreshed.access_token);
while (report.revoked !== 401 && Date.now() - began < 5000);
report.milliseconds = Date.now() - began;
report.afterwards = await refusal(client.refreshTokenGrant(config, refreshed.refresh_token));

report.replayed = await refusal(client.authorizationCodeGrant(config, arrived, first.checks));
const second = await begun();
await browse(second.address, cookie);
const mixed = new URL(arrivals.at(-1), redirect);
mixed.searchParams.set("iss", "https://other.example");
report.mixed = await refusal(client.authorizationCodeGrant(config, mixed, second.checks));
const silent = await begun({ prompt: "none" });
await browse(silent.address);
report.silent = await refusal(client.authorizationCodeGrant(config, new URL(arrivals.at(-1), redirect), silent.checks));
const fresh = await begun({ max_age: "300" });
await browse(fresh.address, cookie);
const aged = await client.authorizationCodeGrant(config, new URL(arrivals.at(-1), redirect), { ...fresh.checks, maxAge: 300 });
report.aged = Boolean(aged.claims().auth_time);

server.close();
console.log(JSON.stringify(report));
