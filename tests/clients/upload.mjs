// Sends a file by tus to one address until it is broken off, and then to another: `node upload.mjs ONE TWO TOKEN FILE BREAK`.
import { readFileSync } from "node:fs";
import { Upload } from "tus-js-client";

const [one, two, token, file, breakAt] = process.argv.slice(2);
const content = readFileSync(file);
const told = { broken: null, resumed: null, ended: null };

function begun(url, more) {
  return new Upload(content, {
    uploadUrl: url,
    headers: { Authorization: `Bearer ${token}` },
    retryDelays: [100, 300, 900, 2700],
    onError: (error) => { console.error(String(error)); process.exit(1); },
    ...more,
  });
}

const first = begun(one, {
  onProgress: (sent) => {
    if (sent >= Number(breakAt) && told.broken === null) {
      told.broken = sent;
      first.abort().then(() => setTimeout(goOn, 200));
    }
  },
});

function goOn() {
  const second = begun(two, {
    onProgress: (sent) => { told.resumed ??= sent; },
    onSuccess: () => { told.ended = second.url; console.log(JSON.stringify(told)); },
  });
  second.start();
}

first.start();
