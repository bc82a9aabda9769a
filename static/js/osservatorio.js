// Each of these shortens the way; none is needed to arrive.
const focusErrorSummary = () => document.querySelector("#error-summary[role=alert]")?.focus();

function closeMenuOnEscape(event) {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

function print() {
  window.print();
}

async function copyLink(event) {
  const label = event.currentTarget.querySelector("[data-label]");
  await navigator.clipboard.writeText(location.href);
  label.textContent = event.currentTarget.dataset.copied;
}

// A second press while the first is under way is ignored; coming back with the browser's arrow frees the form.
function ignoreSecondSubmit(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.pending) event.preventDefault();
  form.dataset.pending = "1";
}

function freeForms() {
  for (const form of document.querySelectorAll("form[data-pending]")) delete form.dataset.pending;
}

function warnBeforeLeaving(form) {
  let unsaved = false;
  form.addEventListener("input", () => (unsaved = true));
  form.addEventListener("submit", () => (unsaved = false));
  window.addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
}

function each(selector, work) {
  document.querySelectorAll(selector).forEach(work);
}

focusErrorSummary();
document.addEventListener("keydown", closeMenuOnEscape);
document.addEventListener("submit", ignoreSecondSubmit);
window.addEventListener("pageshow", freeForms);
each("[data-print]", (button) => button.addEventListener("click", print));
each("[data-copied]", (button) => button.addEventListener("click", copyLink));
each("form[data-unsaved]", warnBeforeLeaving);
// The order of a list changes as soon as it is chosen.
each("select[data-submit]", (select) => select.addEventListener("change", () => select.form.requestSubmit()));

async function rate(event) {
  event.preventDefault();
  const form = event.target;
  const answer = form.querySelector("[data-answer]");
  try {
    const headers = { "X-Requested-With": "fetch" };
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers });
    if (!response.ok) throw new Error(response.status);
    form.querySelector("button").hidden = true;
    answer.textContent = form.dataset.thanks;
  } catch {
    answer.textContent = form.dataset.failed;
  }
}

each("form[data-rating]", (form) => form.addEventListener("submit", rate));
