// Apollo's and urql's normalised caches over the graph at the address given: what somebody's roles are told to be by the
// cache alone, before an act, after it, and after the one that takes it back. Prints it as JSON, cache by cache.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from "@apollo/client";
import { Client, fetchExchange, gql as tagged } from "@urql/core";
import { cacheExchange } from "@urql/exchange-graphcache";
import { getIntrospectionQuery } from "graphql";

const [address, token, version] = process.argv.slice(2);
const headers = { authorization: `Bearer ${token}` };
const FIELDS = "__typename id roles { __typename name } readiness { __typename item done }";
const READ = `query Me { viewer { ${FIELDS} } }`;
const SETTINGS = `query Settings { viewer { __typename id inbox { __typename mailLanguage } } }`;
const WITHDRAW = `mutation Withdraw { done: withdrawAccessTerms(input: {}) { __typename viewer { ${FIELDS} } } }`;
const CONFIRM = `mutation Confirm($version: String!) {
  done: confirmAccessTerms(input: {version: $version}) { __typename viewer { ${FIELDS} } } }`;
const CHOOSE = `mutation Choose { done: changeNotificationSettings(input: {mailLanguage: EN}) {
  __typename viewer { __typename id inbox { __typename mailLanguage } } } }`;
const roles = (data) => data.viewer.roles.map((role) => role.name).sort();

async function apollo() {
  const link = ApolloLink.from([new HttpLink({ uri: address, headers })]);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  // Whoever watches is told without a further question to the server.
  const known = () => client.readQuery({ query: gql(READ) });
  await client.query({ query: gql(READ) });
  await client.query({ query: gql(SETTINGS) });
  const found = { before: roles(known()) };
  await client.mutate({ mutation: gql(WITHDRAW) });
  found.withdrawn = roles(known());
  await client.mutate({ mutation: gql(CONFIRM), variables: { version } });
  found.confirmed = roles(known());
  await client.mutate({ mutation: gql(CHOOSE) });
  found.mail = client.readQuery({ query: gql(SETTINGS) }).viewer.inbox.mailLanguage;
  found.entities = Object.keys(client.cache.extract()).filter((key) => key.startsWith("Viewer"));
  return found;
}

async function urql() {
  const asked = await fetch(address, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ query: getIntrospectionQuery({ descriptions: false }) }),
  });
  const schema = (await asked.json()).data;
  // Values of their parents and pages of lists are known by no id of their own; the client is told which they are.
  const keyless = schema.__schema.types.filter(
    (type) => type.kind === "OBJECT" && type.fields && !type.fields.some((field) => field.name === "id"),
  );
  const keys = Object.fromEntries(keyless.map((type) => [type.name, () => null]));
  const cache = cacheExchange({ schema, keys });
  const client = new Client({ url: address, exchanges: [cache, fetchExchange], fetchOptions: { headers }, preferGetMethod: false });
  const known = async () => roles((await client.query(tagged(READ), {}, { requestPolicy: "cache-only" })).data);
  await client.query(tagged(READ), {});
  const found = { before: await known() };
  for (const [name, text, variables] of [["withdrawn", WITHDRAW, {}], ["confirmed", CONFIRM, { version }]]) {
    const answer = await client.mutation(tagged(text), variables);
    if (answer.error) throw answer.error;
    found[name] = await known();
  }
  return found;
}

console.log(JSON.stringify({ apollo: await apollo(), urql: await urql() }));
