"use strict";
/* Keys and buttons of the desks on which one record after another is judged.
   Every press goes to the server with the record that was on the screen; the next card is there already and shows at once. */
(() => {
  const QUIET = 600; // milliseconds in which a card that came unasked takes no decision
  const PATIENCE = 5000;
  const KEYS = { i: "include", e: "exclude", m: "maybe", x: "missing", n: "note", u: "undo", j: "next", k: "previous", "?": "keys" };
  const FIELDS = "input, textarea, select, [contenteditable]:not([contenteditable=false])";
  let release = null;
  let quietUntil = 0;

  const root = () => document.querySelector("[data-screening]");
  const cards = () => [...root().querySelectorAll(".deck > article")].filter((card) => !("sent" in card.dataset));
  const current = () => cards()[0] ?? null;
  const button = (what) => root().querySelector(`[data-do="${what}"]`);
  const say = (words) => {
    const place = document.querySelector("[data-screening-said]");
    if (place) place.textContent = words;
  };

  /* Nothing is decided while a record is on its way that was asked for; for want of an answer the keys count again. */
  function hold() {
    root().querySelector(".deck").setAttribute("aria-busy", "true");
    clearTimeout(release);
    release = setTimeout(free, PATIENCE);
  }

  const held = () => root().querySelector(".deck").getAttribute("aria-busy") === "true";

  function free() {
    clearTimeout(release);
    root()?.querySelector(".deck").removeAttribute("aria-busy");
  }

  function settle() {
    delete root().dataset.choosing;
    button("exclude")?.setAttribute("aria-expanded", "false");
    const card = current() ?? root().querySelector(".deck");
    if (document.activeElement?.matches(FIELDS) && document.activeElement.closest("article") === null) return;
    card.focus({ preventScroll: true });
    const top = card.getBoundingClientRect().top;
    if (top < 0 || top > innerHeight / 2) card.scrollIntoView({ block: "start" });
  }

  function send(what, card, reason = null) {
    const note = card?.querySelector("textarea[data-note]")?.value ?? null;
    emitEvent("screening", { do: what, record: card?.dataset.record ?? null, reason, note });
  }

  function leave(what, card, reason) {
    send(what, card, reason);
    card.dataset.sent = "";
    settle();
  }

  function choose() {
    if (root().querySelector("[data-reason]") === null) return say("The codebook holds no reasons of exclusion.");
    root().dataset.choosing = "";
    button("exclude")?.setAttribute("aria-expanded", "true");
    root().querySelector("[data-reason]").focus();
    say("Exclude: press the key of the reason, or Escape to leave it.");
  }

  function act(what, reason = null) {
    if (what === "keys") return document.querySelector("[data-screening-keys]")?.showModal();
    if (what === "again") return send(what, null);
    if (held()) return say("Wait a moment: the record is on its way. That press counted nothing.");
    const card = current();
    if (what === "undo" || what === "previous") {
      hold();
      return send(what, card);
    }
    if (card === null) return say("There is no record on the screen. That press counted nothing.");
    if (what === "note") return card.querySelector("textarea[data-note]")?.focus();
    if (performance.now() < quietUntil) return say("The record changed. Look at it and press again; that press counted nothing.");
    if (what === "exclude" && reason === null) return choose();
    leave(what, card, reason);
  }

  function typed(event) {
    const card = event.target.closest("article");
    if (card && (event.key === "Escape" || (event.key === "Enter" && event.ctrlKey))) {
      event.preventDefault();
      card.focus();
    }
  }

  function pressed(event) {
    if (root() === null || event.isComposing || document.querySelector("dialog[open], .q-dialog")) return;
    if (event.target.matches?.(FIELDS)) return typed(event);
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const choosing = "choosing" in root().dataset;
    if (choosing && event.key === "Escape") {
      event.preventDefault();
      say("Nothing was excluded.");
      return settle();
    }
    const key = event.key.toLowerCase();
    const reason = choosing ? root().querySelector(`[data-reason][data-key="${CSS.escape(key)}"]`) : null;
    const what = KEYS[key];
    if (reason) {
      event.preventDefault();
      act("exclude", reason.dataset.reason);
    } else if (choosing && key.length === 1 && key !== " ") {
      event.preventDefault();
      say("That key is no reason. Press the key of a reason, or Escape to leave it.");
    } else if (!choosing && what && button(what)) {
      event.preventDefault();
      act(what);
    }
  }

  document.addEventListener("keydown", pressed);
  document.addEventListener("click", (event) => {
    const pushed = event.target.closest?.("[data-screening] [data-do], [data-screening] [data-reason]");
    if (!pushed) return;
    if (pushed.dataset.reason !== undefined) act("exclude", pushed.dataset.reason);
    else act(pushed.dataset.do);
  });
  /* The server has laid another card on top: as asked for, or (sudden) without being asked. */
  globalThis.medquantScreening = (sudden) => {
    free();
    if (sudden) quietUntil = performance.now() + QUIET;
    if (root()) settle();
  };
})();
