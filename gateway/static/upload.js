"use strict";

const REQUEST = `mutation Announce($input: RequestUploadInput!) {
  requestUpload(input: $input) { upload { ticket url } problems { message } } }`;
const COMPLETE = `mutation Complete($input: CompleteUploadInput!) { completeUpload(input: $input) {
  document { id title status checks { severity message } } problems { message } } }`;
const KINDS = `{ __type(name: "DocumentKind") { enumValues { name description } } }`;

const form = document.getElementById("form");
const outcome = document.getElementById("outcome");
const progress = document.getElementById("progress");
const value = (name) => document.getElementById(name).value;

async function json(path, options) {
  return (await fetch(path, options)).json();
}

async function ask(token, query, variables) {
  const headers = { "content-type": "application/json", "accept-language": "ru" };
  if (token) headers.authorization = `Bearer ${token}`;
  return json("/graphql", { method: "POST", headers, body: JSON.stringify({ query, variables }) });
}

function tell(heading, lines) {
  const title = document.createElement("h2");
  title.textContent = heading;
  const list = document.createElement("ul");
  for (const line of lines) list.append(Object.assign(document.createElement("li"), { textContent: line }));
  outcome.replaceChildren(title, list);
}

function send(url, token, file) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => { progress.value = event.loaded / file.size; };
    request.onloadend = () => done(request);
    request.open("PUT", url);
    request.setRequestHeader("authorization", `Bearer ${token}`);
    request.setRequestHeader("accept-language", "ru");
    request.send(file);
  });
}

async function hashed(file) {
  const digest = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What a refused answer or a problem says, in words; null where there is nothing to say.
function wrong(answer, name) {
  const said = answer.errors ?? answer.data?.[name]?.problems ?? [];
  return said.length ? said.map((one) => one.message) : null;
}

async function putIn() {
  const file = document.getElementById("file").files[0];
  const { token } = await json(`/demo/token/${encodeURIComponent(value("persona"))}`, { method: "POST" });
  const input = {
    kind: value("kind"), fileName: file.name, byteSize: file.size, sha256: await hashed(file),
    title: value("title") || null, number: value("number") || null, issuer: value("issuer") || null,
    issuedOn: value("issued") || null,
  };
  const announced = await ask(token, REQUEST, { input });
  let faults = wrong(announced, "requestUpload");
  if (faults) return tell("Файл не принят", faults);
  const { ticket, url } = announced.data.requestUpload.upload;
  const sent = await send(url, token, file);
  if (sent.status !== 204) return tell("Файл не передан", wrong(JSON.parse(sent.responseText || "{}")) ?? []);
  const completed = await ask(token, COMPLETE, { input: { ticket } });
  faults = wrong(completed, "completeUpload");
  if (faults) return tell("Файл не принят", faults);
  const { title, status, checks } = completed.data.completeUpload.document;
  const heading = status === "CHECKED" ? "Документ загружен" : "Документ загружен, но его нужно исправить";
  return tell(`${heading}: ${title}`, checks.filter((one) => one.severity !== "INFO").map((one) => one.message));
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = document.getElementById("send");
  button.disabled = true;
  progress.value = 0;
  try {
    await putIn();
  } finally {
    button.disabled = false;
  }
});

async function begin() {
  const personas = await json("/demo/personas");
  const options = personas.filter((one) => one.name !== "anonymous").map((one) => new Option(one.titleRu, one.name));
  document.getElementById("persona").append(...options);
  const kinds = (await ask(null, KINDS)).data.__type.enumValues;
  document.getElementById("kind").append(
    ...kinds.map((one) => new Option(/\(([^)]+)\)/.exec(one.description)?.[1] ?? one.name, one.name)),
  );
}

begin();
