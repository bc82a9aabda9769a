// Saves the draft while somebody writes. Without it «Salva e continua» does the same; nothing is stored in the browser.
const AFTER_LAST_KEY = 3_000;
const RETRY = 30_000;
const SPOKEN_AT_MOST_EVERY = 60_000;
const WARN_BEFORE_END = 300;

const form = document.querySelector("form[data-draft]");
const box = document.querySelector("#save-state");
const spoken = document.querySelector("#save-spoken");
const words = form.dataset;
const token = () => form.elements.csrfmiddlewaretoken.value;

let unsaved = false;
let running = false;
let stopped = "conflict" in words;
let leaving = false;
let again = false;
let turn = 0;
let lastSpoken = 0;
let saving, ending, underWay;

function say(text, kind, ...actions) {
  const line = document.createElement("p");
  line.append(text, ...actions.flatMap((action) => [" ", action]));
  box.className = `save-state is-${kind}`;
  box.replaceChildren(line);
  const isProblem = kind !== "saved";
  if (!isProblem && Date.now() - lastSpoken < SPOKEN_AT_MOST_EVERY) return;
  if (spoken.textContent !== text) spoken.textContent = text;
  if (!isProblem) lastSpoken = Date.now();
}

function button(text, work) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-outline-primary btn-sm";
  made.textContent = text;
  made.addEventListener("click", work);
  return made;
}

function signInLink() {
  const link = document.createElement("a");
  link.href = words.signInUrl;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = words.signIn;
  return link;
}

function later(wait) {
  clearTimeout(saving);
  if (!stopped) saving = setTimeout(save, wait);
}

// After signing in in another tab the token of this page is an old one.
async function renewToken(method = "GET") {
  const answer = await fetch(words.session, { method, headers: { "X-CSRFToken": token() } });
  if (!answer.ok) return false;
  const told = await answer.json();
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = told.token;
  if (told.signed_in) watchSession(told.seconds);
  return told.signed_in;
}

function draft() {
  // Files are sent by the button alone.
  const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  // The turn tells the server which of two saves of this page is the later one, whatever order they arrive in.
  body.set("turn", ++turn);
  return body;
}

function post() {
  const body = draft();
  underWay = new AbortController();
  return fetch(words.draft, { method: "POST", body, headers: { "X-CSRFToken": token() }, signal: underWay.signal });
}

async function save() {
  clearTimeout(saving);
  if (stopped || !unsaved) return;
  again = running;
  if (running) return;
  running = true;
  unsaved = false;
  try {
    let answer = await post();
    if (answer.status === 403 && (await renewToken())) answer = await post();
    await told(answer);
  } catch {
    if (leaving) return;
    unsaved = true;
    say(navigator.onLine ? words.failed : words.offline, "problem");
    later(RETRY);
  }
  running = false;
  if (again) later(AFTER_LAST_KEY);
}

async function told(answer) {
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  const said = isJson ? await answer.json() : {};
  if (answer.ok) return saved(said);
  unsaved = true;
  if (answer.status === 401 || (answer.status === 403 && !said.message)) {
    say(said.message ?? words.expired, "problem", signInLink());
    return later(RETRY);
  }
  if (answer.status === 409) {
    stopped = true;
    return say(said.message, "problem", button(said.compare, () => form.requestSubmit()));
  }
  stopped = Boolean(said.message);
  say(said.message ?? words.failed, "problem");
  later(RETRY);
}

function saved(said) {
  form.elements.version.value = said.version;
  for (const part of document.querySelectorAll("[data-completeness]")) {
    if (part.matches("progress")) part.value = said.completeness;
    else part.textContent = said.completeness;
  }
  for (const part of document.querySelectorAll("[data-state]")) {
    const [key, label] = said.states[part.dataset.state];
    part.className = `task-state is-${key}`;
    part.textContent = label;
  }
  say(said.errors.length ? `${said.message}. ${words.unread}` : said.message, "saved");
  watchSession(said.seconds);
}

function watchSession(seconds) {
  clearTimeout(ending);
  ending = setTimeout(warnOfEnd, Math.max(0, seconds - WARN_BEFORE_END) * 1000);
}

function warnOfEnd() {
  const goOnWriting = async () => {
    const isSignedIn = await renewToken("POST").catch(() => false);
    if (isSignedIn) say(words.renewed, "saved");
    else say(words.expired, "problem", signInLink());
  };
  say(words.ending, "problem", button(words.continue, goOnWriting));
}

// What looks wrong about a code, in the server's own words, beside its field.
async function checkCode(field) {
  const scheme = field.dataset.check === "scheme" ? form.elements[field.name.replace(/value$/, "scheme")].value : field.dataset.check;
  const query = new URLSearchParams({ tipo: scheme, valore: field.value });
  const answer = await fetch(`${words.codes}?${query}`).catch(() => null);
  if (!answer?.ok) return;
  const { warning } = await answer.json();
  let line = field.parentElement.querySelector(".field-warning");
  if (!line) {
    line = document.createElement("p");
    line.className = "field-warning";
    line.setAttribute("role", "status");
    field.after(line);
  }
  line.textContent = warning;
}

form.addEventListener("input", () => {
  unsaved = true;
  later(AFTER_LAST_KEY);
});
form.addEventListener("change", (event) => {
  unsaved = true;
  save();
  if (event.target.dataset.check) checkCode(event.target);
});
form.addEventListener("submit", () => {
  clearTimeout(saving);
  leaving = true;
  unsaved = false;
  underWay?.abort();
});
// Back to a page that the browser kept: what it shows may be older than what is saved.
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
// A phone may close the page without another event: what was typed in the last seconds goes with this request.
window.addEventListener("pagehide", () => {
  if (!unsaved || stopped || leaving) return;
  const body = draft();
  body.set("csrfmiddlewaretoken", token());
  fetch(words.draft, { method: "POST", body, headers: { "X-CSRFToken": token() }, keepalive: true });
});
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());
window.addEventListener("online", save);
window.addEventListener("focus", save);
window.addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
watchSession(Number(words.seconds));
