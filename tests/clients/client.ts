// A typed client: asks the graph at the address given as each of the people given, and prints what it saw as JSON.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { ClientError, GraphQLClient } from "graphql-request";

import { useFragment as unmasked } from "./generated/fragment-masking.js";
import {
  AnythingDocument,
  CabinetDocument,
  CardFieldsFragmentDoc,
  CardDocument,
  ListDocument,
  ViewerDocument,
  WalkDocument,
  type WalkQueryVariables,
} from "./generated/graphql.js";

declare const process: { argv: string[] };

const [address, therapist, stranger] = process.argv.slice(2) as [string, string, string];

function as(token: string | null): GraphQLClient {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  // A partial answer is an answer: data and errors are both looked at.
  return new GraphQLClient(address, { headers, errorPolicy: "all" });
}

// The answer with its status and its errors, typed by the document.
function ask<Data, Variables extends Record<string, unknown>>(
  client: GraphQLClient,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
) {
  return client.rawRequest<Data>(print(document), variables);
}

async function walk(client: GraphQLClient, size: number, backward: boolean) {
  const ids: string[] = [];
  const totals = new Set<number | null>();
  let cursor: string | null = null;
  for (let more = true; more; ) {
    const asked: WalkQueryVariables = backward ? { last: size, before: cursor } : { first: size, after: cursor };
    const page = (await client.request(WalkDocument, asked)).practitioners;
    if (!page) throw new Error("no page");
    const found = page.edges.map((edge) => edge.node.id);
    if (backward) ids.unshift(...found);
    else ids.push(...found);
    totals.add(page.totalCount ?? null);
    more = backward ? page.pageInfo.hasPreviousPage : page.pageInfo.hasNextPage;
    cursor = (backward ? page.pageInfo.startCursor : page.pageInfo.endCursor) ?? null;
  }
  return { ids, totals: [...totals] };
}

async function refused(client: GraphQLClient) {
  try {
    await client.request(ViewerDocument);
  } catch (failed) {
    if (failed instanceof ClientError) {
      return { status: failed.response.status, codes: failed.response.errors?.map((error) => error.extensions["code"]) };
    }
    throw failed;
  }
  return { status: 200, codes: [] };
}

async function main() {
  const mine = as(therapist);
  const theirs = as(stranger);
  const own = await ask(mine, CabinetDocument, { id: "prac_1" });
  const partial = await ask(theirs, CardDocument, { id: "prac_1" });
  const viewer = await mine.request(ViewerDocument);
  const anything = await mine.request(AnythingDocument, { id: "org_1" });
  const list = await ask(as(null), ListDocument, {});

  // The types know what a field can be: these lines are here to be checked, and the expected errors to be errors.
  const card = unmasked(CardFieldsFragmentDoc, partial.data.practitioner);
  const phone: string | null | undefined = card?.phone;
  // @ts-expect-error a refused field is null, so the type must not promise a string
  const promised: string | undefined = card?.phone;
  // @ts-expect-error an id is required
  const incomplete = () => mine.request(CardDocument, {});
  void [promised, incomplete];

  const report = {
    own: { errors: own.errors ?? [], data: own.data },
    partial: {
      status: partial.status,
      name: card?.fullName,
      phone: phone ?? null,
      errors: partial.errors?.map((error) => ({ path: error.path, ...error.extensions })),
    },
    roles: viewer.viewer?.roles?.map((role) => role.name),
    anything: anything.node,
    list: { nodes: list.data.practitioners?.nodes.length, errors: list.errors?.length },
    forward: await walk(mine, 7, false),
    backward: await walk(mine, 7, true),
    badToken: await refused(as("not.a.token")),
  };
  console.log(JSON.stringify(report));
}

await main();
