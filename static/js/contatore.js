// Says how many characters are left: always to the eye, to readers only near the end.
function count(field) {
  const limit = Number(field.dataset.counter);
  const line = document.createElement("p");
  const spoken = document.createElement("span");
  const words = document.documentElement.lang === "en" ? "characters left" : "caratteri rimasti";
  line.className = "counter";
  line.setAttribute("aria-hidden", "true");
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  field.after(line, spoken);
  const show = () => {
    const left = limit - field.value.length;
    line.textContent = `${left} ${words}`;
    line.classList.toggle("is-over", left < 0);
    spoken.textContent = left <= 20 ? line.textContent : "";
  };
  field.addEventListener("input", show);
  show();
}

document.querySelectorAll("[data-counter]").forEach(count);
