// Proposes titles, places and areas while one types: a combobox with a list. Without this the form searches.
const DELAY = 200;
const LEAST = 2;
const ENGLISH = document.documentElement.lang === "en";
const counted = (n) =>
  ENGLISH ? `${n} ${n === 1 ? "suggestion" : "suggestions"}` : `${n} ${n === 1 ? "suggerimento" : "suggerimenti"}`;

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function combobox(input) {
  const id = `${input.id}-list`;
  const list = element("ul", { id, role: "listbox", class: "suggestions", "aria-label": ENGLISH ? "Suggestions" : "Suggerimenti" });
  const spoken = element("p", { role: "status", class: "visually-hidden" });
  let timer;
  let asked;
  let active = -1;

  const options = () => [...list.children];

  function close() {
    clearTimeout(timer);
    asked?.abort();
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(place) {
    const all = options();
    active = (place + all.length + 1) % (all.length + 1);
    if (active === all.length) active = -1;
    all.forEach((option, number) => option.setAttribute("aria-selected", String(number === active)));
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", all[active].id);
    all[active]?.scrollIntoView({ block: "nearest" });
  }

  // A field of a form takes the text; that of a search goes to the page.
  function fill(text) {
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  }

  function open(found) {
    list.replaceChildren(
      ...found.map((one, number) => {
        const option = element("li", { id: `${id}-${number}`, role: "option", "aria-selected": "false" });
        option.append(element("span", {}, one.text), element("small", {}, one.kind));
        option.addEventListener("click", () => (one.url ? location.assign(one.url) : fill(one.text)));
        // The field keeps the focus, so that leaving it does not close the list before the click arrives.
        option.addEventListener("pointerdown", (event) => event.preventDefault());
        return option;
      }),
    );
    active = -1;
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    input.removeAttribute("aria-activedescendant");
    spoken.textContent = counted(found.length);
  }

  async function ask() {
    asked?.abort();
    asked = new AbortController();
    const params = new URLSearchParams({ q: input.value.trim() });
    try {
      const response = await fetch(`${input.dataset.suggest}?${params}`, { signal: asked.signal });
      if (response.ok) open((await response.json()).suggestions);
    } catch {
      close(); // Nothing is proposed; searching still works.
    }
  }

  function typed() {
    close();
    if (input.value.trim().length >= LEAST) timer = setTimeout(ask, DELAY);
  }

  function pressed(event) {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active < 0 ? options().length - 1 : active - 1);
    else if (event.key === "Enter" && active >= 0) options()[active].click();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  list.hidden = true;
  const roles = { role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": id };
  for (const [key, value] of Object.entries(roles)) input.setAttribute(key, value);
  input.parentElement.classList.add("suggest-host");
  input.parentElement.append(list, spoken);
  input.addEventListener("input", typed);
  input.addEventListener("keydown", pressed);
  input.addEventListener("blur", close);
}

document.querySelectorAll("input[data-suggest]").forEach(combobox);
