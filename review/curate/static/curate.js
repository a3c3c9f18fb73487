"use strict";
/* The page follows the system's light or dark, until a person says otherwise; the choice stays in this browser. */
(() => {
  const key = "medquant-theme";
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try { return localStorage.getItem(key); } catch { return null; }
  };
  const dark = () => (chosen() ?? (system.matches ? "dark" : "light")) === "dark";
  const show = () => {
    document.documentElement.dataset.theme = dark() ? "dark" : "light";
    if (document.body) {
      document.body.classList.toggle("body--dark", dark());
      document.body.classList.toggle("body--light", !dark());
    }
  };
  globalThis.medquantTheme = () => {
    try { localStorage.setItem(key, dark() ? "light" : "dark"); } catch { /* storage is off */ }
    show();
  };
  system.addEventListener("change", show);
  addEventListener("DOMContentLoaded", () => {
    show();
    // the framework sets the classes of the body when it starts, which must not undo the choice
    new MutationObserver(() => {
      if (document.body.classList.contains("body--dark") !== dark()) show();
    }).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  });
  show();
})();
/* Rows of a grid, a page at a time from the server, which sorts and searches. */
const addresses = new Map();
globalThis.medquantAddress = (grid, address) => addresses.set(grid, address);
globalThis.medquantRows = (grid) => ({
  getRows: async (asked) => {
    const address = addresses.get(grid);
    const query = new URLSearchParams({
      start: asked.startRow,
      end: asked.endRow,
      sort: JSON.stringify(asked.sortModel),
      filter: JSON.stringify(asked.filterModel ?? {}),
    });
    try {
      const answer = await fetch(address + (address.includes("?") ? "&" : "?") + query, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.statusText);
      const { rows, last } = await answer.json();
      asked.successCallback(rows, last);
    } catch {
      asked.failCallback();
    }
  },
});
/* A grid that asks for its rows anew would close the cell in which somebody types, or put another's value under it as the
   one that was seen: it waits until the cell is left. */
const waiting = new WeakMap();
globalThis.medquantAsk = (grid, how) => {
  if (!grid) return;
  if (grid.getEditingCells().length === 0) {
    grid[how]();
    return;
  }
  if (!waiting.has(grid)) {
    const left = () => {
      if (grid.getEditingCells().length > 0) return;
      grid.removeEventListener("cellEditingStopped", left);
      const asked = waiting.get(grid);
      waiting.delete(grid);
      grid[asked]();
    };
    grid.addEventListener("cellEditingStopped", left);
  }
  // rows of another search outweigh the same rows once more
  if (waiting.get(grid) !== "purgeInfiniteCache") waiting.set(grid, how);
};
/* A field sends along which of the texts that the server put in was typed over, and does not let another text replace what
   somebody is typing. */
const stood = (field) => {
  if (field.medquantStood !== undefined) return field.medquantStood;
  if (field.tagName !== "SELECT") return field.defaultValue;
  return ([...field.options].find((option) => option.defaultSelected) ?? field.options[0])?.value ?? "";
};
globalThis.medquantSaid = (field) => [field.value, Number(field.dataset.number)];
globalThis.medquantSet = (field, value, number, how) => {
  if (!field || (how === "follow" && field.value !== stood(field))) return;
  if (how !== "hold") field.value = value;
  field.medquantStood = how === "hold" ? value : field.value;
  field.dataset.number = number;
};
/* Keys of one letter get in the way of who speaks to the computer or brushes keys: each person can turn them off, for all
   desks, in this browser. */
(() => {
  const key = "medquant-keys";
  const TYPED = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";
  const off = () => {
    try { return localStorage.getItem(key) === "off"; } catch { return false; }
  };
  globalThis.medquantKeys = () => {
    for (const box of document.querySelectorAll("[data-keys-switch]")) box.checked = !off();
  };
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("[data-keys-switch]")) return;
    try { localStorage.setItem(key, event.target.checked ? "on" : "off"); } catch { /* storage is off */ }
    globalThis.medquantKeys();
  });
  addEventListener("keydown", (event) => {
    if (!off() || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1 || event.key === " ") return;
    if (document.querySelector("[data-keys-switch]") === null) return;
    if (!event.target.matches?.(TYPED)) event.stopImmediatePropagation();
  }, { capture: true });
})();
