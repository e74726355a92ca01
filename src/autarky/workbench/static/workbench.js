// The little that markup and htmx cannot do: see each function.
"use strict";

// Levers: the number beside a slider follows it; going back to the study's values is a change like any other.
document.addEventListener("input", (event) => {
  if (event.target.matches(".slider input")) tell(event.target);
});
document.addEventListener("reset", (event) => {
  const form = event.target;
  if (form.id !== "levers-form") return;
  event.preventDefault();
  for (const field of form.elements) {
    if (field.dataset.declared !== undefined) field.value = field.dataset.declared;
    if (field.matches(".slider input")) tell(field);
  }
  form.dispatchEvent(new Event("input", { bubbles: true }));
});
function tell(slider) {
  const words = `${slider.value} ${slider.dataset.unit}`;
  slider.parentElement.querySelector("output").textContent = words;
  slider.setAttribute("aria-valuetext", words);
}

// The drawer: a click on a row of the heatmap says which day it hit; a key on the row asks for the worst.
document.addEventListener("click", (event) => {
  const row = event.target.closest(".report a.hit");
  const drawer = document.getElementById("drawer");
  if (!row || !drawer || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  const address = new URL(row.getAttribute("href"), location.href);
  const box = row.getBoundingClientRect();
  if (event.detail > 0 && box.width > 0) {
    const share = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 0.999999);
    const day = new Date(row.dataset.start);
    day.setUTCDate(day.getUTCDate() + Math.floor(share * Number(row.dataset.days)));
    address.searchParams.set("date", day.toISOString().slice(0, 10));
  }
  const content = document.getElementById("drawer-content");
  content.textContent = "Asking …";
  drawer.showModal();
  htmx.ajax("GET", address.pathname + address.search, { target: content, swap: "innerHTML" });
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "drawer-content") return;
  const heading = document.getElementById("why-heading");
  if (heading) heading.focus();
});
