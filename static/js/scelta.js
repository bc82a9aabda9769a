// One box ticks all those of the page; without it each is ticked by itself.
for (const label of document.querySelectorAll("[data-pick-all]")) {
  const all = label.querySelector("input");
  const boxes = [...label.closest("table").querySelectorAll("td input[type=checkbox]")];
  const show = () => {
    all.checked = boxes.every((box) => box.checked);
    all.indeterminate = !all.checked && boxes.some((box) => box.checked);
  };
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  boxes.forEach((box) => box.addEventListener("change", show));
  label.hidden = false;
}
