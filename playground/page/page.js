// The page. It asks a backend for all that it shows: the machine in the page, or the server behind it.

import * as curl from "./curl.js";
import { taken } from "./tokens.js";
import { WORDS } from "./words.js";
import { onServer } from "./server-backend.js";

const by = (id) => document.getElementById(id);
const made = (name, text, attributes = {}) => {
  const element = document.createElement(name);
  element.textContent = text ?? "";
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

let language = navigator.language.startsWith("zh") ? "zh" : "en";
let backends = {};
let backend = null;
let seen = null;
let reply = null;
let held = {}; // the tokens that the client holds
let fault = null;

const word = (name) => WORDS[language][name];

// Calls

function call(method, path, body, more = []) {
  const headers = seen.headers.filter(([name]) => name !== "X-L");
  if (language === "zh") headers.push(["X-L", "zh"]);
  headers.push(...more);
  return { method, path: `/api/v2/sdk/${path}`, headers, body: body ? JSON.stringify(body) : "" };
}

function calls() {
  const { user_name, password, new_password } = seen;
  const pending = [["X-state-token", held.state_token]];
  const session = [["X-session-token", held.session_token]];
  const bearer = [["Authorization", `Bearer ${held.id_token}`]];
  const kind = document.forms.policy.elements.subject_factor.value || "totp";
  const channel = kind === "email" ? "email" : "sms";
  const proofs = kind === "totp" ? [] : [["sendCode", call("POST", `${channel}/send`, { type: channel === "email" ? "MFA_AUTH_EMS" : "MFA_AUTH_SMS" }, pending)]];
  const prove = ["prove", call("POST", `mfa/${kind}`, { verify_code: backend.code() }, pending)];
  const change = ["change", call("POST", "pwd/update", { old_password: password, new_password }, pending)];
  const begin = [["signIn", call("POST", "login", { user_name, password })], ["wrong", call("POST", "login", { user_name, password: "wrong" })]];
  const after = [
    ["refresh", call("POST", "sso/session-token/id-token", null, session)],
    ["exists", call("GET", "pwd/check-exist", null, bearer)],
    ["signOut", call("GET", "logout", null, session)],
  ];
  const steps = { FactorRequired: [...proofs, prove], PasswordExpiring: [["skip", call("GET", "pwd/skip-update", null, pending)], change], PasswordExpired: [change], SessionIssued: after };
  return [...(steps[seen.way.at(-1)] ?? []), ...begin];
}

function showCalls() {
  const offered = calls();
  by("next").replaceChildren(...offered.map(([name, request]) => {
    const button = made("button", word(name), { type: "button", "data-call": name });
    button.onclick = () => { by("curl").value = curl.written(request, backend.origin); by("curl").focus(); };
    return button;
  }));
  by("curl").value = curl.written(offered[0][1], backend.origin);
}

// Display

function showGraph() {
  const drawn = new DOMParser().parseFromString(seen.graph, "image/svg+xml").documentElement;
  drawn.querySelector("style")?.remove(); // the style is for a picture that stands alone
  by("graph").replaceChildren(document.importNode(drawn, true));
  const { way } = seen;
  for (const state of by("graph").querySelectorAll(".state")) {
    const name = state.dataset.state;
    state.classList.toggle("been", way.includes(name));
    state.classList.toggle("now", way.at(-1) === name);
  }
  for (const edge of by("graph").querySelectorAll(".edge")) {
    const { from, to } = edge.dataset;
    edge.classList.toggle("gone", way.some((name, at) => name === from && way[at + 1] === to));
  }
  by("way").textContent = word("way")(way.join(" → "));
}

function showReply() {
  if (!reply) {
    by("status").textContent = "–";
    by("body").textContent = "";
    by("tokens").replaceChildren();
    return;
  }
  by("status").textContent = reply.status;
  by("status").className = reply.status < 400 ? "good" : "bad";
  by("body").textContent = reply.json ? JSON.stringify(reply.json, null, 2) : reply.body;
  by("tokens").replaceChildren(...taken(reply.json).map(({ name, bound, claims, exp, lasts }) => {
    const table = made("table");
    table.append(made("caption", word(name)));
    const row = (head, text) => { const line = made("tr"); line.append(made("th", head, { scope: "row" }), made("td", text)); table.append(line); };
    const end = exp ?? (lasts === null ? null : reply.at + lasts);
    if (end !== null) row(word("expires"), `${new Date(end * 1000).toISOString().replace(".000", "")} – ${word("left")(end - seen.now)}`);
    row(word("bound"), word(bound));
    for (const [claim, value] of Object.entries(claims ?? {})) {
      row(claim, claim === "s" ? word("sealed") : typeof value === "string" ? value : JSON.stringify(value));
    }
    return table;
  }));
}

const KINDS = { Commit: ["unavailable", "answer_lost", "replayed", "changed"] };

function showQuestions() {
  const asked = reply?.questions ?? [];
  by("questions").replaceChildren(...(asked.length ? asked : [null]).map((one) => {
    if (one === null) return made("li", word("nothing"));
    const item = made("li");
    const line = made("div", "", { class: "asked" });
    const select = made("select", "", { "aria-label": one.question });
    for (const kind of ["noFault", ...(KINDS[one.question] ?? ["unavailable", "answer_lost"])]) select.append(new Option(word(kind), kind));
    select.value = fault?.question === one.question ? fault.kind : "noFault";
    select.onchange = () => {
      fault = select.value === "noFault" ? null : { question: one.question, kind: select.value };
      for (const other of by("questions").querySelectorAll("select")) if (other !== select) other.value = "noFault";
    };
    line.append(made("strong", one.question), select);
    const details = made("details");
    details.append(made("summary", Object.keys(one.told)[0] ?? one.told), made("pre", JSON.stringify(one.told, null, 2), { tabindex: "0" }));
    item.append(line, details);
    return item;
  }));
  const events = reply?.events ?? [];
  by("events").replaceChildren(...(events.length ? events : [word("noEvents")]).map((event) => made("li", event)));
}

function showPolicy() {
  const findings = seen.findings.length ? seen.findings : [word("noFindings")];
  by("findings").replaceChildren(...findings.map((finding) => made("li", finding)));
  by("attacks").replaceChildren(...seen.attacks.map((name) => {
    const button = made("button", name.replaceAll(/(?<!^)([A-Z])/g, " $1"), { type: "button", "data-attack": name });
    button.onclick = () => {
      const verdict = backend.attack(name);
      const text = verdict.breach ? word("breach")(verdict.breach) : verdict.tried === 0 ? word("nothingHeld") : word("withstood")(verdict.tried, verdict.guesses);
      by("verdict").textContent = text;
      by("verdict").className = verdict.breach ? "bad" : "good";
    };
    return button;
  }));
  by("now").textContent = word("now")(new Date(seen.now * 1000).toISOString().replace(".000", ""));
}

async function show() {
  seen = await backend.look();
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  for (const element of document.querySelectorAll("[data-machine]")) element.hidden = !backend.attack;
  showGraph();
  showCalls();
  showReply();
  showQuestions();
  showPolicy();
}

// Actions

async function send() {
  const request = curl.read(by("curl").value);
  by("request-error").textContent = request ? "" : word("notCurl");
  if (!request) return;
  try {
    reply = await backend.send({ ...request, fault });
  } catch {
    by("request-error").textContent = backend.attack ? word("stopped") : word("lost");
    return;
  }
  fault = null;
  try { reply.json = JSON.parse(reply.body); } catch { reply.json = null; }
  reply.at = (await backend.look()).now;
  for (const name of ["state_token", "session_token", "id_token"]) if (reply.json?.[name]) held[name] = reply.json[name];
  await show();
}

function settings() {
  const { elements } = document.forms.policy;
  const number = (name) => Number(elements[name].value);
  const policy = {
    second_factor: elements.second_factor.value,
    recovery: elements.recovery.value ? [elements.recovery.value] : [],
    attempts: { threshold: number("threshold") },
    password_rules: { min_length: number("min_length") },
  };
  if (elements.ages.checked) policy.ageing = { max_age_days: number("max_age_days"), warn_before_days: number("warn_before_days"), max_skips: number("max_skips") };
  const subject = { password_days: number("password_days"), must_change: null, second_factor: elements.subject_factor.value || null };
  return { policy, dialect: elements.dialect.value, subject };
}

async function restart() {
  try {
    backend.restart?.(settings());
    by("policy-error").textContent = "";
  } catch (error) {
    by("policy-error").textContent = error.message;
    return;
  }
  reply = null;
  held = {};
  fault = null;
  by("verdict").textContent = "";
  await show();
}

async function pass(seconds) {
  backend.pass(seconds);
  await show();
}

by("send").onclick = send;
by("curl").onkeydown = (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(); };
document.forms.policy.onsubmit = (event) => { event.preventDefault(); restart(); };
for (const button of document.querySelectorAll("[data-pass]")) button.onclick = () => pass(Number(button.dataset.pass));
by("passing").onchange = () => { pass(Number(by("passing").value) * 60); by("passing").value = 0; };
by("expire").onclick = () => {
  const ends = taken(reply?.json).map(({ exp, lasts }) => exp ?? reply.at + lasts).filter((end) => end > seen.now);
  if (ends.length) pass(Math.min(...ends) - seen.now);
};
by("transcript").onclick = () => {
  const text = backend.transcript();
  if (!text) return;
  const link = made("a", "", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: "transcript.json" });
  link.click();
  URL.revokeObjectURL(link.href);
};
by("language").value = language;
by("language").onchange = () => { language = by("language").value; show(); };
by("backend").onchange = () => { backend = backends[by("backend").value]; restart(); };

// The machine is there only if it was built, and the server only if one is behind the page.
async function begin() {
  const machine = await import("./machine-backend.js").then(({ inPage }) => inPage()).catch(() => null);
  const server = await onServer().catch(() => null);
  backends = { ...(server && { onServer: server }), ...(machine && { inPage: machine }) };
  const names = Object.keys(backends);
  by("backend").replaceChildren(...names.map((name) => new Option(WORDS[language][name], name)));
  by("backends").hidden = names.length < 2;
  backend = backends[names[0]];
  if (backend) await restart();
}
begin();
