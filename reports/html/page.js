(() => {
  "use strict";
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const NO_VALUE = "(none)";

  // Light and dark.
  const theme = byId("page-theme");
  const systemDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);
  const showTheme = () => theme.setAttribute("aria-pressed", String(isDark()));
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    try {
      history.replaceState({ theme: root.dataset.theme }, "");
      localStorage.setItem("medquant-theme", root.dataset.theme);
    } catch {
      /* remembered by this tab alone */
    }
    showTheme();
  });
  systemDark.addEventListener("change", showTheme);
  showTheme();

  // Contents: closed on a small screen, and marking the section in view.
  const contents = byId("page-toc");
  const small = matchMedia("(max-width: 67.99rem)");
  const fold = () => (contents.open = !small.matches);
  small.addEventListener("change", fold);
  fold();
  contents.addEventListener("click", (event) => {
    if (small.matches && event.target.closest("a")) contents.open = false;
  });
  const entries = new Map([...contents.querySelectorAll("a")].map((a) => [a.getAttribute("href").slice(1), a]));
  const inView = new Set();
  const spy = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) inView[isIntersecting ? "add" : "delete"](target.id);
      const current = [...entries.keys()].filter((id) => inView.has(id)).pop();
      if (current === undefined) return;
      for (const [id, entry] of entries) {
        if (id === current) entry.setAttribute("aria-current", "location");
        else entry.removeAttribute("aria-current");
      }
    },
    { rootMargin: "-15% 0px -80% 0px" },
  );
  for (const id of entries.keys()) spy.observe(byId(id));

  // Notes of cells: one box for all, on hover, focus and touch; Escape closes it.
  const box = byId("page-note");
  let owner = null;
  let leaving = 0;
  const noted = (event) => (event.target instanceof Element ? event.target.closest("[aria-description]") : null);
  const hideNote = () => {
    box.hidden = true;
    owner = null;
  };
  const place = () => {
    const cell = owner.getBoundingClientRect();
    const { width, height } = box.getBoundingClientRect();
    const below = cell.bottom + height + 12 < innerHeight;
    box.style.left = `${Math.max(8, Math.min(cell.left, root.clientWidth - width - 8))}px`;
    box.style.top = `${below ? cell.bottom + 4 : Math.max(8, cell.top - height - 4)}px`;
  };
  const showNote = (element, hint = "") => {
    clearTimeout(leaving);
    owner = element;
    box.textContent = element.getAttribute("aria-description") + hint;
    box.hidden = false;
    place();
  };
  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const element = noted(event);
    if (element) showNote(element);
    else if (event.target === box) clearTimeout(leaving);
    else if (owner && owner !== document.activeElement) {
      clearTimeout(leaving);
      leaving = setTimeout(hideNote, 250);
    }
  });
  document.addEventListener("focusin", (event) => {
    const element = noted(event);
    if (!element) hideNote();
    else if (element.matches(":focus-visible")) showNote(element);
  });
  document.addEventListener("focusout", hideNote);
  const scrolled = (event) => {
    if (!owner || event.target === box) return;
    if (owner === document.activeElement) place(); // the focus itself may have scrolled
    else hideNote();
  };
  document.addEventListener("scroll", scrolled, { capture: true, passive: true });
  document.addEventListener("keydown", (event) => event.key === "Escape" && hideNote());
  let touched = null;
  document.addEventListener("click", (event) => {
    const element = noted(event);
    const again = element && element === touched;
    touched = element;
    if (!element) return hideNote();
    if (element.tagName === "BUTTON") showNote(element);
    else if (event.pointerType === "touch" && !again) {
      event.preventDefault();
      showNote(element, "\nTap again to open the source.");
    }
  });

  // Tables that sort, filter and search.
  class StudyTable {
    constructor(figure) {
      this.figure = figure;
      this.table = figure.querySelector("table");
      this.body = this.table.tBodies[0];
      this.heads = [...this.table.tHead.rows[0].cells];
      this.labels = this.heads.map((head) => head.textContent);
      this.items = [...this.body.querySelectorAll("tr:not(.nothing)")].map((row, place) => ({ row, place, fits: true }));
      this.order = this.items;
      this.limit = Number(figure.dataset.limit ?? Infinity); // a very long table shows its first rows only
      this.moved = false;
      this.search = figure.querySelector("input");
      this.selects = [...figure.querySelectorAll("select")];
      this.status = figure.querySelector("output");
      this.more = figure.querySelector(".more");
      this.heads.forEach((head, column) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "sort";
        button.textContent = this.labels[column];
        button.addEventListener("click", () => this.sort(column));
        head.replaceChildren(button);
      });
      this.search.addEventListener("focus", () => this.items.forEach((item) => this.words(item)), { once: true });
      this.search.addEventListener("input", () => this.changed());
      for (const select of this.selects) select.addEventListener("change", () => this.changed());
      figure.querySelector(".reset").addEventListener("click", () => {
        this.clear();
        this.order = this.items;
        for (const head of this.heads) head.removeAttribute("aria-sort");
        this.changed();
      });
      this.more.addEventListener("click", () => {
        this.limit += 1000;
        this.apply();
        if (this.more.hidden) this.search.focus();
      });
      addEventListener("resize", () => this.thaw());
      if (this.limit < Infinity) this.apply();
    }

    // Rows that are out of sight keep their place in the page: only what is seen is put in order.
    arrange(rows) {
      if (this.order === this.items && !this.moved) return;
      this.moved = true;
      this.body.prepend(...rows);
    }

    // Columns keep their widths while rows come and go; a narrower window measures them anew.
    freeze() {
      if (this.frozen) return;
      this.frozen = true;
      const widths = [this.table, ...this.heads].map((element) => element.getBoundingClientRect().width);
      [this.table, ...this.heads].forEach((element, index) => (element.style.width = `${widths[index]}px`));
      this.table.style.tableLayout = "fixed";
    }

    thaw() {
      if (!this.frozen) return;
      this.frozen = false;
      for (const element of [this.table, ...this.heads]) element.style.width = "";
      this.table.style.tableLayout = "";
    }

    values(item, column) {
      item.values ??= [];
      if (!item.values[column]) {
        const found = item.row.cells[column].textContent.split(";").map((value) => value.trim()).filter(Boolean);
        item.values[column] = found.length ? found : [NO_VALUE];
      }
      return item.values[column];
    }

    words(item) {
      return (item.words ??= [...item.row.cells].map((cell) => cell.textContent).join("\n").toLowerCase());
    }

    apply(remark = "") {
      this.freeze();
      const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = this.selects.filter((select) => select.value).map((select) => [+select.dataset.column, select.value]);
      const seen = [];
      let matches = 0;
      for (const item of this.order) {
        item.fits =
          wanted.every(([column, value]) => this.values(item, column).includes(value)) &&
          words.every((word) => this.words(item).includes(word));
        if (item.fits) matches += 1;
        const out = !item.fits || matches > this.limit;
        if (!out) seen.push(item.row);
        if (item.row.classList.contains("out") !== out) item.row.classList.toggle("out", out);
      }
      this.arrange(seen);
      const cut = matches > this.limit ? `, the first ${this.limit} shown` : "";
      this.more.hidden = !cut;
      this.status.textContent = `${matches} of ${this.items.length} rows${cut}${remark}`;
      for (const field of [this.search, ...this.selects]) field.classList.toggle("set", field.value !== "");
    }

    changed() {
      this.apply();
      const pairs = this.selects
        .filter((select) => select.value)
        .map((select) => [this.labels[+select.dataset.column], select.value]);
      if (this.search.value.trim()) pairs.push(["Search", this.search.value.trim()]);
      const query = pairs.map((pair) => pair.map(encodeURIComponent).join("=")).join("&");
      try {
        history.replaceState(history.state, "", `#${this.figure.id}${query && `?${query}`}`);
      } catch {
        /* the address stays as it is */
      }
    }

    clear() {
      this.search.value = "";
      for (const select of this.selects) select.value = "";
    }

    // What the address asks for and the table does not know is said, not passed over.
    preset(pairs) {
      this.clear();
      const same = (a, b) => a.trim().toLowerCase() === b.trim().toLowerCase();
      const unknown = [];
      for (const [label, value] of pairs) {
        const select = this.selects.find((one) => same(this.labels[+one.dataset.column], label));
        const option = select && [...select.options].find((one) => one.value && same(one.value, value));
        if (option) option.selected = true;
        else if (!select && same(label, "Search")) this.search.value = value;
        else unknown.push(`${label}=${value}`);
      }
      this.apply(unknown.length ? `; not understood: ${unknown.join(", ")}` : "");
    }

    reveal(row) {
      const item = this.items.find((one) => one.row === row);
      if (!item || !row.classList.contains("out")) return;
      this.clear();
      this.limit = Math.max(this.limit, this.order.indexOf(item) + 1);
      this.apply();
    }

    sort(column) {
      const head = this.heads[column];
      const direction = head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending";
      const sign = direction === "ascending" ? 1 : -1;
      const kind = head.dataset.sort;
      const collator = new Intl.Collator(root.lang || "en", { numeric: true });
      const keyed = this.items.map((item) => {
        const cell = item.row.cells[column];
        const key = kind === "text" ? cell.textContent.trim() || undefined : cell.dataset.key;
        return { item, key: key !== undefined && kind === "number" ? Number(key) : key };
      });
      const compare = kind === "number" ? (a, b) => (a === b ? 0 : a < b ? -1 : 1) : collator.compare;
      keyed.sort((a, b) => {
        if (a.key === undefined || b.key === undefined) return (a.key === undefined) - (b.key === undefined);
        return sign * compare(a.key, b.key);
      });
      this.order = keyed.map(({ item }) => item);
      for (const one of this.heads) one.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", direction);
      this.apply();
    }
  }

  const tables = new Map();
  for (const figure of document.querySelectorAll("figure.interactive")) {
    if (figure.querySelector("tr.nothing")) figure.querySelector(".tools").hidden = true;
    else tables.set(figure.id, new StudyTable(figure));
  }

  // Places in the address: a table with filters, a row that a filter hides, something in a closed table.
  const decode = (part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  const visit = (hash, press = false) => {
    const [place, query] = hash.replace(/^#/, "").split(/\?(.*)/s);
    const target = byId(decode(place));
    if (!target) return;
    for (let outer = target.closest("details"); outer; outer = outer.parentElement.closest("details")) outer.open = true;
    for (const inner of target.matches("figure") ? target.querySelectorAll("details") : []) inner.open = true;
    const table = tables.get(target.closest("figure.interactive")?.id);
    if (table && query !== undefined && target === table.figure) {
      table.preset(query.split("&").filter(Boolean).map((pair) => pair.split(/=(.*)/s).slice(0, 2)).map(([label, value = ""]) => [decode(label), decode(value)]));
      target.scrollIntoView();
      if (press) target.focus({ preventScroll: true });
    } else if (table && target.matches("tr")) {
      table.reveal(target);
      for (const old of document.querySelectorAll("tr.aim")) old.classList.remove("aim");
      target.classList.add("aim");
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", () => visit(location.hash));
  document.addEventListener("click", (event) => {
    const anchor = event.target instanceof Element ? event.target.closest("a") : null;
    const href = anchor?.getAttribute("href") ?? anchor?.getAttributeNS("http://www.w3.org/1999/xlink", "href");
    if (!href?.startsWith("#") || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (href.includes("?")) {
      event.preventDefault();
      try {
        history.pushState(history.state, "", href);
      } catch {
        /* the address stays as it is */
      }
    }
    visit(href, true);
  });
  addEventListener("popstate", () => visit(location.hash));
  if (location.hash) visit(location.hash);

  // Paper shows what is closed on the screen.
  let opened = [];
  const unfold = () => {
    opened.push(...document.querySelectorAll("details:not([open])"));
    for (const details of opened) details.open = true;
  };
  const refold = () => {
    for (const details of opened) details.open = false;
    opened = [];
  };
  addEventListener("beforeprint", unfold);
  addEventListener("afterprint", refold);

  // A table as CSV: the rows that fit the filters. A text that a spreadsheet would run gets an apostrophe.
  const field = (text) => {
    const guarded = /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
    return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
  };
  const csv = (figure) => {
    const items = tables.get(figure.id)?.order.filter((item) => item.fits).map((item) => item.row);
    const rows = [figure.querySelector("thead tr"), ...(items ?? figure.querySelectorAll("tbody tr"))];
    return rows.map((row) => [...row.cells].map((cell) => field(cell.textContent)).join(",") + "\r\n").join("");
  };
  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest(".csv, .copy") : null;
    if (!button) return;
    if (button.matches(".csv")) {
      const figure = button.closest("figure");
      const address = URL.createObjectURL(new Blob(["\ufeff", csv(figure)], { type: "text/csv" }));
      Object.assign(document.createElement("a"), { href: address, download: `${figure.id}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    } else {
      const text = button.parentElement.querySelector("code").textContent;
      const said = (word) => {
        button.textContent = word;
        setTimeout(() => (button.textContent = "Copy"), 2000);
      };
      Promise.resolve(navigator.clipboard?.writeText(text) ?? Promise.reject()).then(
        () => said("Copied"),
        () => said("Select and copy by hand"),
      );
    }
  });
})();
