// A native app with nothing of a browser in it: it listens on this machine, says where its person has to go, and waits.
import { createServer } from "node:http";
import * as client from "openid-client";

const [issuer, clientId] = process.argv.slice(2);
const insecure = { execute: [client.allowInsecureRequests] };
const config = await client.discovery(new URL(issuer), clientId, undefined, client.None(), insecure);

let arrived;
const arriving = new Promise((come) => (arrived = come));
const server = createServer((request, response) => {
  response.setHeader("content-type", "text/html; charset=utf-8");
  response.end("<title>Вернитесь в приложение</title><p id='back'>Вернитесь в приложение.</p>");
  if (request.url.startsWith("/signed-in")) arrived(request.url);
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const redirect = `http://127.0.0.1:${server.address().port}/signed-in`;

const verifier = client.randomPKCECodeVerifier();
const [state, nonce] = [client.randomState(), client.randomNonce()];
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: redirect,
  scope: "openid",
  state,
  nonce,
  acr_values: "urn:kabinet:second-factor",
  code_challenge: await client.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
});
console.log(address.href);

const came = new URL(await arriving, redirect);
const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
const tokens = await client.authorizationCodeGrant(config, came, checks);
const answer = await fetch(new URL("/graphql", issuer), {
  method: "POST",
  headers: { "content-type": "application/json", authorization: `Bearer ${tokens.access_token}` },
  body: JSON.stringify({ query: "{ viewer { practitioner { id } session { kind client } roles { name } } }" }),
});
console.log(JSON.stringify({ acr: tokens.claims().acr, viewer: (await answer.json()).data.viewer }));
server.close();
