"use strict";
/* Keys of the page of extraction: Alt+N goes to the next open value, Enter keeps one's own, Ctrl+Enter agrees. */
globalThis.medquantNext = () => {
  const cards = [...document.querySelectorAll('[data-card][data-open="yes"]')].filter((card) => card.offsetParent !== null);
  if (!cards.length) return;
  const here = document.activeElement?.closest("[data-card]");
  const after = here
    ? cards.find((card) => here.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING)
    : cards[0];
  const next = after ?? cards[0];
  next.scrollIntoView({ block: "center" });
  next.querySelector("input, select, textarea")?.focus({ preventScroll: true });
};
globalThis.medquantOpen = (key) => {
  const card = document.getElementById(`c-${key}`);
  if (!card) return;
  card.open = true;
  card.querySelector("summary").focus();
  card.scrollIntoView({ block: "start" });
};
document.addEventListener("keydown", (event) => {
  if (event.altKey && !event.ctrlKey && event.code === "KeyN") {
    event.preventDefault();
    medquantNext();
    return;
  }
  if (event.key !== "Enter" || event.isComposing || !event.target.matches("input, select")) return;
  const card = event.target.closest("[data-card]");
  if (!card) return;
  event.preventDefault();
  // what was typed last travels before the click does, since a field tells the server at every key
  const button = card.querySelector(`[data-do="${event.ctrlKey ? "agree" : "mine"}"]`);
  button?.click();
});
