// The list answers while one chooses. Without this the same form, links and buttons do the same by loading pages.
const DELAY = 400;
const SLOW = 500;
const find = (selector, within = document) => within.querySelector(selector);
const status = find("#live-status");
let timer;
let current;
let shown = location.pathname + location.search;

function addressOf(form) {
  const params = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value.trim()) params.append(name, value.trim());
  const query = params.toString();
  return form.getAttribute("action") + (query && `?${query}`);
}

// Puts the new parts in place of the old: what was open stays open, the focus stays where it was.
function swap(page) {
  const focused = document.activeElement;
  const opened = [...document.querySelectorAll("#filters details[open], #results details[open]")].map((one) => one.id);
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = find(`#${old.id}`, page);
    if (fresh) old.replaceWith(document.adoptNode(fresh));
  }
  for (const id of opened) if (id && find(`#${id}`)) find(`#${id}`).open = true;
  const words = find("#filter-q");
  if (words !== focused) words.value = find("#filter-q", page).value;
  if (focused.id && !focused.isConnected) document.getElementById(focused.id)?.focus();
  // Whoever draws in the results, as the map does, draws again.
  document.dispatchEvent(new Event("results:shown"));
}

function fail(address, options) {
  find("#live-error")?.remove();
  const box = document.createElement("div");
  const words = document.createElement("p");
  const again = document.createElement("button");
  box.id = "live-error";
  box.className = "message is-error";
  words.textContent = status.dataset.failed;
  again.type = "button";
  again.className = "btn btn-outline-primary btn-sm";
  again.textContent = status.dataset.retry;
  again.addEventListener("click", () => show(address, options));
  box.append(words, again);
  find("#results").prepend(box);
  status.textContent = status.dataset.failed;
}

async function show(address, options = {}) {
  clearTimeout(timer);
  current?.abort();
  const mine = (current = new AbortController());
  const slow = setTimeout(() => find("#results").setAttribute("aria-busy", "true"), SLOW);
  try {
    const response = await fetch(address, { signal: mine.signal });
    if (!response.ok) throw new Error(response.status);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (mine.signal.aborted) return;
    swap(page);
    document.title = page.title;
    const results = find("#results");
    if (!options.back) history.pushState(null, "", results.dataset.address);
    shown = location.pathname + location.search;
    status.textContent = find("#results-title").textContent;
    if (options.toTitle) find("#results-title").focus();
  } catch (error) {
    if (error.name !== "AbortError") fail(address, options);
  } finally {
    clearTimeout(slow);
    if (mine === current) find("#results").removeAttribute("aria-busy");
  }
}

function later(event) {
  const form = event.target.closest("form[data-live-form]");
  // A field with proposals counts when it is left or a proposal is taken, not letter by letter.
  if (!form || (event.type === "input" && event.target.type !== "search")) return;
  clearTimeout(timer);
  current?.abort();
  timer = setTimeout(() => show(addressOf(form)), DELAY);
}

document.addEventListener("input", later);
document.addEventListener("change", (event) => event.target.type !== "search" && later(event));
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-live-form]")) return;
  event.preventDefault();
  show(addressOf(event.target), { toTitle: true });
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-live-link], #results .pages a");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  show(link.href, { toTitle: true });
});
// A link to a place of this same page is a step of the history too: there is nothing to fetch then.
window.addEventListener("popstate", () => {
  if (location.pathname + location.search !== shown) show(location.href, { back: true });
});
