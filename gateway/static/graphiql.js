"use strict";

const select = document.getElementById("persona");
const secondFactor = document.getElementById("second-factor");
const roles = document.getElementById("roles");
const outcome = document.getElementById("outcome");
const signOut = document.getElementById("sign-out");
// Who came in by signing in is asked as by the cookie of the session; beside it pages show this token.
const SESSION = "session";
const ROLES = "query Roles { viewer { roles { name because } } }";
const HALF_A_MINUTE = 30_000;

let permissions = {};
// Tabs are kept as long as the window is, without answers and without tokens.
const kept = JSON.parse(sessionStorage.getItem("graphiql:tabState") ?? "null");
const reloaded = kept !== null;
let asked = false;
let signedIn = { token: null, expiresAt: Infinity };

async function json(path, options) {
  const response = await fetch(path, options);
  return response.json();
}

function csrf() {
  return /(?:^|; )(?:__Host-)?kabinet-csrf=([^;]+)/.exec(document.cookie)?.[1] ?? null;
}

async function signIn() {
  const persona = select.value;
  if (persona === "anonymous" || persona === SESSION) {
    signedIn = { token: null, expiresAt: Infinity };
    return;
  }
  const factor = secondFactor.checked ? "on" : "off";
  const minted = await json(`/demo/token/${encodeURIComponent(persona)}?secondFactor=${factor}`, { method: "POST" });
  signedIn = { token: minted.token, expiresAt: Date.parse(minted.expiresAt) };
}

async function fetcher(params, options) {
  if (listens(params, options)) return told(params, options && options.headers);
  const introspects = params.operationName === "IntrospectionQuery";
  asked ||= !introspects;
  const answer = await ask(params, options && options.headers);
  if (!introspects) {
    tell(answer);
    return answer;
  }
  return withPermissions(answer);
}

// The documentation says beside each guarded field or input who may read or do it.
function withPermissions(answer) {
  for (const { name, fields, inputFields, enumValues } of answer.data?.__schema.types ?? []) {
    for (const part of [fields, inputFields, enumValues].flatMap((parts) => parts ?? [])) {
      const needed = permissions[`${name}.${part.name}`];
      if (needed) part.description = [part.description, needed].filter(Boolean).join(" ");
    }
  }
  return answer;
}

// In a word what the answer leaves out: refused places, and stores that did not answer.
function tell({ data, errors = [] }) {
  const refused = errors.filter((error) => error.extensions?.code === "UNAUTHORIZED_FIELD_OR_TYPE").length;
  const stores = new Set(errors.map((error) => error.extensions?.store).filter(Boolean));
  const said = [];
  if (refused) said.push(`${refused} refused`);
  if (stores.size) said.push(`${[...stores].join(", ")} lost`);
  const whole = errors.length ? "with errors" : "answered whole";
  outcome.dataset.kind = data === undefined || hidden(data, errors) ? "none" : errors.length ? "partial" : "whole";
  if (data === undefined) outcome.textContent = "not executed";
  else outcome.textContent = hidden(data, errors) ? "nothing to see" : said.join(" · ") || whole;
}

// What may not be seen is not there: null, and no error tells of it.
function hidden(data, errors) {
  return errors.length === 0 && data !== null && Object.values(data ?? {}).every((value) => value === null);
}

async function request(params, accept, more, signal) {
  if (Date.now() > signedIn.expiresAt - HALF_A_MINUTE) await signIn();
  const headers = { accept, "content-type": "application/json", "graphql-client-name": "graphiql" };
  if (signedIn.token) headers.authorization = `Bearer ${signedIn.token}`;
  const inSession = select.value === SESSION;
  if (inSession) headers["kabinet-csrf"] = csrf() ?? "";
  const credentials = inSession ? "same-origin" : "omit";
  const body = JSON.stringify(params);
  return fetch("/graphql", { method: "POST", headers: { ...headers, ...more }, body, credentials, signal });
}

async function ask(params, more) {
  const response = await request(params, "application/graphql-response+json, application/json;q=0.9", more);
  return response.json();
}

function listens({ operationName }, options) {
  const operations = (options?.documentAST?.definitions ?? []).filter(({ kind }) => kind === "OperationDefinition");
  const meant = operations.length > 1 ? operations.find(({ name }) => name?.value === operationName) : operations[0];
  return meant?.operation === "subscription";
}

// The events of a subscription one after the other; stopping it ends the request at once.
function told(params, more) {
  const leaving = new AbortController();
  const events = received(params, more, leaving.signal);
  const stop = events.return.bind(events);
  events.return = () => {
    leaving.abort();
    return stop();
  };
  return events;
}

async function* received(params, more, signal) {
  try {
    const response = await request(params, "text/event-stream, application/json;q=0.5", more, signal);
    if (!response.ok) {
      yield await response.json();
      return;
    }
    let rest = "";
    for await (const text of pieces(response.body.pipeThrough(new TextDecoderStream()).getReader())) {
      const events = (rest + text).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const data = /^data: (.+)$/m.exec(event);
        if (!data) continue;
        const answer = JSON.parse(data[1]);
        tell(answer);
        yield answer;
      }
    }
  } catch (failed) {
    if (!signal.aborted) throw failed;
  }
}

async function* pieces(reader) {
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
}

async function showRoles() {
  const answer = await ask({ query: ROLES, operationName: "Roles" });
  const held = answer.data?.viewer?.roles ?? [];
  roles.replaceChildren(
    ...held.map((role) => {
      const chip = document.createElement("li");
      chip.textContent = role.name;
      chip.title = role.because;
      return chip;
    }),
  );
}

async function changePersona() {
  select.disabled = true;
  try {
    await signIn();
    await showRoles();
  } finally {
    select.disabled = false;
  }
  document.body.dataset.persona = select.value;
  remember();
  if (!acts()) run();
}

// Who asks stands in the address, so that a reload asks as the same person.
function remember() {
  const address = new URL(location.href);
  address.searchParams.set("persona", select.value);
  if (secondFactor.checked) address.searchParams.delete("secondFactor");
  else address.searchParams.set("secondFactor", "off");
  history.replaceState(null, "", address);
}

async function leave() {
  const options = { method: "POST", headers: { accept: "application/json", "kabinet-csrf": csrf() ?? "" } };
  const { next } = await json("/auth/sign-out", options);
  location.assign(next ?? "/");
}

function run() {
  document.querySelector(".graphiql-execute-button")?.click();
}

// Nothing is done in somebody's name before a person says so.
function acts() {
  const shown = document.querySelector(".graphiql-query-editor .CodeMirror")?.CodeMirror.getValue() ?? "";
  return /^\s*mutation\b/m.test(shown);
}

// The editors come one after another; a query run before the variables are there is asked without them.
function editorsAreFilled() {
  const editors = [...document.querySelectorAll(".graphiql-query-editor .CodeMirror, .graphiql-editor-tool .CodeMirror")];
  return editors.length >= 2 && editors.slice(0, 2).every((editor) => editor.CodeMirror.getValue() !== "");
}

// A filled editor may still be deaf for a moment, so the first query is asked for until it is asked.
function runWhenDrawn() {
  if (asked || reloaded) {
    document.body.dataset.ready = "yes";
    return;
  }
  if (editorsAreFilled()) run();
  setTimeout(runWhenDrawn, 50);
}

async function start() {
  const parts = ["personas", "examples", "permissions"].map((part) => json(`/demo/${part}`));
  const [personas, examples, needed] = await Promise.all(parts);
  permissions = needed;
  select.append(
    ...personas.map((persona) => {
      const option = document.createElement("option");
      option.value = persona.name;
      option.textContent = `${persona.name} · ${persona.title}`;
      option.title = persona.titleRu;
      return option;
    }),
  );
  const address = new URLSearchParams(location.search);
  if (csrf()) {
    select.prepend(new Option("signed in here", SESSION));
    personas.unshift({ name: SESSION });
    signOut.hidden = false;
    signOut.addEventListener("click", leave);
  }
  const wanted = address.get("persona") ?? (csrf() ? SESSION : null);
  secondFactor.checked = address.get("secondFactor") !== "off";
  select.value = personas.some((persona) => persona.name === wanted) ? wanted : "therapist";
  await signIn();
  document.body.dataset.persona = select.value;
  select.addEventListener("change", changePersona);
  secondFactor.addEventListener("change", changePersona);
  const tabs = examples.map(({ query, variables }) => ({ query, variables: JSON.stringify(variables, null, 2) }));
  const shown = kept?.tabs[kept.activeTabIndex] ?? tabs[0];
  const page = React.createElement(GraphiQL, {
    fetcher,
    storage: sessionStorage,
    defaultTabs: tabs,
    query: shown.query ?? undefined,
    variables: shown.variables ?? undefined,
    defaultEditorToolsVisibility: "variables",
    shouldPersistHeaders: false,
  });
  ReactDOM.createRoot(document.getElementById("graphiql")).render(page);
  runWhenDrawn();
  await showRoles();
}

start();
