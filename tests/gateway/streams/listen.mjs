// The two clients of JavaScript: listens by the one named at an address with a token, and prints each event as a line.
import { createClient as overEvents } from "graphql-sse";
import { createClient as overSockets } from "graphql-ws";
import WebSocket from "ws";

const [kind, address, token, query, number] = process.argv.slice(2);
const authorization = `Bearer ${token}`;
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const client =
  kind === "graphql-ws"
    ? overSockets({
        url: address.replace("http", "ws"),
        webSocketImpl: WebSocket,
        connectionParams: { authorization },
        lazy: false,
        retryAttempts: 0,
        onNonLazyError: () => undefined,
        on: { connected: () => say("connected"), closed: (event) => say({ closed: event.code }) },
      })
    : overEvents({ url: address, headers: { authorization }, retryAttempts: 0, on: { connected: () => say("connected") } });

const subscription = client.iterate({ query });
let left = Number(number);
try {
  for await (const told of subscription) {
    say(told);
    left -= 1;
    if (left === 0) break;
  }
  say("complete");
} catch (failed) {
  say({ failed: failed.code ?? String(failed) });
}
await client.dispose();
