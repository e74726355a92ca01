// The little that markup and htmx cannot do: see each function.
"use strict";

// A server that is away is said to be, as long as it is.
document.addEventListener("htmx:sendError", () => {
  const away = document.getElementById("away");
  away.textContent = away.dataset.words;
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.xhr.status) document.getElementById("away").textContent = "";
});

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

// Builder: the sum beside the budget's slider follows it; letting go fills the basket.
document.addEventListener("input", (event) => {
  const slider = event.target;
  if (slider.id !== "budget") return;
  const sum = Number(((slider.dataset.most * slider.value) / slider.max).toPrecision(4)).toLocaleString("en");
  document.querySelector("output[for=budget]").textContent = sum;
  slider.setAttribute("aria-valuetext", `${sum} ${slider.dataset.unit}`);
});

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
  const heading = document.getElementById("explain-heading");
  if (heading) heading.focus();
});

// The study editor. Without this it works by its buttons; all that is told comes from the server.
(() => {
  const text = () => document.getElementById("yaml");

  // A click on a problem puts the cursor where it is.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-line]");
    if (!link || !text()) return;
    event.preventDefault();
    const lines = text().value.split("\n");
    const line = Math.min(Number(link.dataset.line), lines.length);
    const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
    const at = start + Math.min(Number(link.dataset.column) - 1, lines[line - 1].length);
    text().focus();
    text().setSelectionRange(at, Math.max(at, start + lines[line - 1].length));
    const height = parseFloat(getComputedStyle(text()).lineHeight) || 18;
    text().scrollTop = Math.max(0, (line - 4) * height);
    text().scrollIntoView({ block: "nearest" });
  });

  // The help follows the cursor, where it is open.
  const followed = (event) => {
    const line = document.getElementById("line");
    if (event.target.id !== "yaml" || !line) return;
    const now = String(event.target.value.slice(0, event.target.selectionStart).split("\n").length);
    if (now === line.value) return;
    line.value = now;
    if (document.getElementById("help-of-yaml").open) document.getElementById("help").dispatchEvent(new Event("caret"));
  };
  document.addEventListener("keyup", followed);
  document.addEventListener("click", followed);

  // Suggestions for the last of several names: a browser holds a suggestion against all that is typed.
  document.addEventListener("input", (event) => {
    const list = event.target.list;
    if (!list) return;
    const before = event.target.value.slice(0, event.target.value.lastIndexOf(",") + 1);
    for (const option of list.options) {
      option.dataset.code ??= option.value;
      option.value = before ? `${before} ${option.dataset.code}` : option.dataset.code;
    }
  });

  // What is typed in is never put aside by an answer, and what is open stays open.
  let open = [];
  document.addEventListener("htmx:beforeSwap", () => {
    open = [...document.querySelectorAll("#form-part details")].map((one) => [one.id, one.open]).filter(([id]) => id);
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const target = event.detail.target;
    if (target.id === "yaml" && document.activeElement === target) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSettle", () => {
    for (const [id, was] of open) {
      const one = document.getElementById(id);
      if (one) one.open = was;
    }
    open = [];
  });

  // Nobody leaves a text that is not saved without being asked.
  const unsaved = () => document.querySelector("form.editor[data-unsaved=yes]");
  document.addEventListener("input", (event) => {
    const editor = event.target.closest("form.editor");
    if (editor) editor.dataset.unsaved = "yes";
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches("form.editor")) event.target.dataset.unsaved = "";
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved()) event.preventDefault();
  });
})();
