// Speaks the language server protocol with yaml-language-server, as an editor does. See language_server.sh.
// node language_server.mjs DIRECTORY-WITH-NODE_MODULES CAMPAIGNCTL SCHEMA
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [home, campaignctl, schemaPath] = process.argv.slice(2).map((path) => resolve(path));
const schema = JSON.parse(readFileSync(schemaPath));
const modeline = `# yaml-language-server: $schema=${pathToFileURL(schemaPath)}\n`;
const wrong = [];
let checks = 0;
const check = (right, what) => {
  checks += 1;
  if (!right) wrong.push(what);
};

// --- the protocol
const server = spawn(process.execPath, [join(home, "node_modules/yaml-language-server/bin/yaml-language-server"), "--stdio"], {
  stdio: ["pipe", "pipe", "inherit"],
});
const timer = setTimeout(() => {
  console.error("the language server does not answer");
  server.kill();
  process.exit(1);
}, 240_000);
const waiting = new Map();
const published = new Map();
let last = 0;
let input = Buffer.alloc(0);
const write = (message) => {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
  server.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
  server.stdin.write(body);
};
const ask = (method, params) =>
  new Promise((done) => {
    last += 1;
    waiting.set(last, done);
    write({ id: last, method, params });
  });
const SETTINGS = {
  yaml: { validate: true, hover: true, completion: true, schemaStore: { enable: false }, format: { enable: false } },
};
const receive = (message) => {
  if (message.method === "workspace/configuration") {
    write({ id: message.id, result: message.params.items.map((item) => SETTINGS[item.section] ?? null) });
  } else if (message.method === "textDocument/publishDiagnostics") {
    const { uri, diagnostics } = message.params;
    published.get(uri)?.(diagnostics);
  } else if (message.method && message.id !== undefined) {
    write({ id: message.id, result: null });
  } else if (message.id !== undefined) {
    waiting.get(message.id)?.(message.result);
    waiting.delete(message.id);
  }
};
server.stdout.on("data", (chunk) => {
  input = Buffer.concat([input, chunk]);
  for (;;) {
    const end = input.indexOf("\r\n\r\n");
    if (end < 0) return;
    const length = Number(/Content-Length: (\d+)/i.exec(input.subarray(0, end))[1]);
    if (input.length < end + 4 + length) return;
    const body = input.subarray(end + 4, end + 4 + length);
    input = input.subarray(end + 4 + length);
    receive(JSON.parse(body));
  }
});

/** Opens a text as a file at `path`, and gives what is flagged in it. */
const open = (path, text) => {
  const uri = pathToFileURL(resolve(path)).href;
  const flagged = new Promise((done) => published.set(uri, done));
  write({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "yaml", version: 1, text } } });
  return flagged.then((diagnostics) => ({ uri, diagnostics }));
};
/** The place of `|` in a text, and the text without it. */
const cursor = (text) => {
  const before = text.slice(0, text.indexOf("|CURSOR|")).split("\n");
  return {
    text: text.replace("|CURSOR|", ""),
    position: { line: before.length - 1, character: before.at(-1).length },
  };
};
let files = 0;
const at = async (method, written) => {
  const { text, position } = cursor(modeline + written);
  files += 1;
  const { uri } = await open(join(home, `at-${files}.yaml`), text);
  return ask(`textDocument/${method}`, { textDocument: { uri }, position });
};

await ask("initialize", {
  processId: process.pid,
  rootUri: pathToFileURL(resolve(".")).href,
  workspaceFolders: null,
  initializationOptions: SETTINGS,
  capabilities: {
    workspace: { configuration: true, didChangeConfiguration: {} },
    textDocument: {
      publishDiagnostics: {},
      completion: { completionItem: { snippetSupport: true, documentationFormat: ["markdown"] } },
      hover: { contentFormat: ["markdown"] },
    },
  },
});
write({ method: "initialized", params: {} });

// --- what is right is not flagged
const yaml = (dir) =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
const examples = yaml("examples").filter((path) => /^version:/m.test(readFileSync(path, "utf8")));
check(examples.length >= 5, `only ${examples.length} examples`);
for (const path of [...examples, "src/cli/commands/init/campaign.yaml"]) {
  const text = readFileSync(path, "utf8");
  const line = /^# yaml-language-server: \$schema=.*$/m;
  check(line.test(text), `${path} has no schema line`);
  // `init` fills in the name.
  const { diagnostics } = await open(path, text.replace(line, modeline.trim()).replace("project: PROJECT", "project: acme"));
  for (const found of diagnostics) check(false, `${path}:${found.range.start.line + 1} is flagged: ${found.message}`);
  checks += 1;
}

// --- completion
const keys = (name) => Object.keys(name ? schema.$defs[name].properties : schema.properties);
for (const [where, written, expected] of [
  ["top level", "version: 1\n|CURSOR|\n", keys("").filter((key) => key !== "version")],
  ["a schedule", "version: 1\nschedules:\n  weekly-news:\n    group: a\n    |CURSOR|\n", ["daily", "weekly", "cron", "message", "paused"]],
  ["a send", "version: 1\nsends:\n  offer:\n    group: a\n    |CURSOR|\n", keys("Send").filter((key) => key !== "group")],
  ["a group", "version: 1\ngroups:\n  vip:\n    |CURSOR|\n", keys("Group")],
  ["a plan", "version: 1\naccount:\n  plan: |CURSOR|\n", ["free", "starter", "pro", "business"]],
  ["a state", "version: 1\nsends:\n  offer:\n    group: a\n    state: |CURSOR|\n", ["running", "paused", "cancelled"]],
  ["a weekday", "version: 1\nschedules:\n  w:\n    group: a\n    weekly:\n      on: |CURSOR|\n", ["monday", "sunday"]],
  ["a rule", "version: 1\npolicy:\n  |CURSOR|\n", keys("Policy")],
]) {
  const answer = await at("completion", written);
  const labels = (answer?.items ?? answer ?? []).map((item) => item.label);
  const missing = expected.filter((word) => !labels.includes(word));
  check(missing.length === 0, `completion in ${where} lacks ${missing.join(", ")}; it has ${labels.slice(0, 20).join(", ")}`);
}

// --- hover says what the committed schema says
const committed = JSON.parse(readFileSync("schemas/campaign.schema.json"));
const plain = (text) => text.replace(/[\\`*]|&nbsp;/g, "").replace(/\s+/g, " ");
for (const [key, name, written] of [
  ["groups", "", "version: 1\ngro|CURSOR|ups: {}\n"],
  ["membership", "Group", "version: 1\ngroups:\n  vip:\n    member|CURSOR|ship: exact\n"],
  ["run", "Send", 'version: 1\nsends:\n  a:\n    group: vip\n    r|CURSOR|un: "1"\n'],
  ["quiet_hours", "Policy", 'version: 1\npolicy:\n  quiet_|CURSOR|hours: {from: "21:00", to: "08:00"}\n'],
  ["account", "", "version: 1\nacc|CURSOR|ount: {plan: pro}\n"],
  ["weekly", "Schedule", 'version: 1\nschedules:\n  a:\n    group: vip\n    week|CURSOR|ly: {on: monday, at: "09:00"}\n'],
  ["message", "Send", "version: 1\nsends:\n  a:\n    group: vip\n    mess|CURSOR|age: {use: b}\n"],
  ["members", "Group", 'version: 1\ngroups:\n  a:\n    mem|CURSOR|bers: ["+15550123456"]\n'],
  ["max_delete", "Policy", "version: 1\npolicy:\n  max_|CURSOR|delete: 30%\n"],
  ["at", "Weekly", 'version: 1\nschedules:\n  a:\n    group: vip\n    weekly:\n      on: monday\n      a|CURSOR|t: "09:00"\n'],
]) {
  const properties = name ? committed.$defs[name].properties : committed.properties;
  const answer = await at("hover", written);
  const contents = answer?.contents?.value ?? answer?.contents ?? "";
  const said = plain(typeof contents === "string" ? contents : JSON.stringify(contents));
  check(said.includes(plain(properties[key].description)), `hover on ${key} does not explain it: ${said.slice(0, 200)}`);
}

// --- the same mistakes as `validate`
const SAME_LINE = new Set([
  "unknown-key", "unknown-word", "wrong-type", "bad-duration", "bad-share", "bad-day", "duplicate-key", "unknown-version",
  "bad-project", "bad-media", "bad-ledger", "bad-name", "bad-address", "bad-time",
]);
// A rule about all keys of an entry is flagged at the entry.
const SOMEWHERE = new Set(["missing-version", "bad-key", "no-time", "two-ways"]);
// What only the whole of all files can tell, and what needs more than a schema (such as keys that are one only in NFC).
const OURS = new Set(["environment-sandbox", "empty-file", "media-password", "key-looks-alike"]);
let same = 0;
let silent = 0;
for (const name of readdirSync("tests/data/broken").filter((file) => file.endsWith(".yaml"))) {
  const path = join("tests/data/broken", name);
  const ran = spawnSync(campaignctl, ["validate", path, "--format", "json", "--now", "2026-11-22T12:00:00Z"], { encoding: "utf8" });
  const ours = JSON.parse(ran.stdout).diagnostics;
  const bytes = readFileSync(path);
  if (bytes.includes(0) || OURS.has(name.replace(".yaml", ""))) continue;
  const { diagnostics } = await open(path, modeline + bytes.toString("utf8"));
  for (const mistake of ours.filter((found) => found.severity === "error")) {
    const line = mistake.place?.line ?? mistake.line;
    if (!SAME_LINE.has(mistake.code) && !SOMEWHERE.has(mistake.code)) continue;
    // The schema line is one more.
    const there = diagnostics.some((found) => SOMEWHERE.has(mistake.code) || found.range.start.line === line);
    check(there, `${path}:${line} ${mistake.code}: the language server flags nothing there`);
    same += 1;
  }
  if (ours.every((found) => found.severity !== "error")) {
    for (const found of diagnostics) check(false, `${path}:${found.range.start.line} is fine, and flagged: ${found.message}`);
    silent += 1;
  }
}
check(same >= 30, `only ${same} mistakes were compared`);
check(silent >= 8, `only ${silent} files without errors were compared`);

clearTimeout(timer);
server.kill();
if (wrong.length > 0) {
  console.error(`${wrong.length} of ${checks} checks failed:\n  ${wrong.join("\n  ")}`);
  process.exit(1);
}
console.log(`yaml-language-server: ${checks} checks; ${examples.length} examples are clean, ${same} mistakes flagged as by validate`);
process.exit(0);
