// Saves the comments of a review while they are written. Without it «Salva i commenti» does the same.
const AFTER_LAST_KEY = 3_000;
const RETRY = 30_000;
const form = document.querySelector("form[data-comments]");
const box = document.querySelector("#comments-state");
let unsaved = false;
let saving;

function say(text, kind) {
  box.className = `save-state is-${kind}`;
  box.textContent = text;
}

function send(options) {
  const body = new URLSearchParams(new FormData(form));
  const headers = { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value, "X-Requested-With": "fetch" };
  return fetch(form.action, { method: "POST", body, headers, ...options });
}

async function save() {
  clearTimeout(saving);
  if (!unsaved) return;
  unsaved = false;
  const sent = new Map(new FormData(form));
  try {
    const answer = await send();
    const { message } = await answer.json();
    if (!answer.ok) return say(message, "problem");
    // What is stored now is what the next save starts from.
    for (const [name, text] of sent) {
      if (name.startsWith("comment-")) form.elements[name.replace("comment-", "was-")].value = text;
    }
    say(message, "saved");
  } catch {
    unsaved = true;
    say(form.dataset.failed, "problem");
    saving = setTimeout(save, RETRY);
  }
}

form.addEventListener("input", (event) => {
  if (!event.target.name?.startsWith("comment-")) return;
  unsaved = true;
  clearTimeout(saving);
  saving = setTimeout(save, AFTER_LAST_KEY);
});
form.addEventListener("submit", () => {
  clearTimeout(saving);
  unsaved = false;
});
window.addEventListener("pagehide", () => unsaved && send({ keepalive: true }));
