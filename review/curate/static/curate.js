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
