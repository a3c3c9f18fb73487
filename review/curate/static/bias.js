"use strict";
/* Keys of an appraisal form: j and k go from group to group, 1 to 6 choose in the group that has the focus, ? tells them. */
(() => {
  const groups = () => [...document.querySelectorAll("fieldset[data-keys]")];
  const into = (group) => {
    const radio = group?.querySelector("input:checked") ?? group?.querySelector("input");
    radio?.focus();
    group?.scrollIntoView({ block: "nearest" });
  };
  const typing = (place) => place.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");
  const step = (by) => {
    const all = groups();
    const here = all.findIndex((group) => group.contains(document.activeElement));
    into(all[here < 0 ? 0 : Math.min(Math.max(here + by, 0), all.length - 1)]);
  };
  /* The group after this one, where the next choice is made. */
  globalThis.medquantNextGroup = (name) => {
    const all = groups();
    into(all[all.findIndex((group) => group.dataset.keys === name) + 1]);
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    if (document.querySelector("[role=dialog]")) return;
    const keys = document.getElementById("keys");
    if (event.key === "?") {
      keys.open = !keys.open;
      keys.querySelector("summary").focus();
    } else if (event.key === "j" || event.key === "k") {
      step(event.key === "j" ? 1 : -1);
    } else {
      const radio = event.target.closest?.("fieldset[data-keys]")?.querySelectorAll("input")[Number(event.key) - 1];
      if (!radio) return;
      radio.focus();
      radio.click();
    }
    event.preventDefault();
  });
})();
