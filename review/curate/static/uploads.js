"use strict";
/* Files are sent by themselves, so that their progress can be told and a refusal stands on the page. */
(() => {
  const told = (form, words, refused) => {
    const place = form.querySelector("[data-told]");
    place.textContent = words;
    place.classList.toggle("refusal", refused);
    if (refused) place.focus();
  };
  const size = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  const left = (seconds) => (seconds < 90 ? `about ${Math.max(1, Math.round(seconds))} s left` : `about ${Math.round(seconds / 60)} min left`);
  const send = (form) => {
    const files = [...form.querySelector("input[type=file]").files];
    const total = files.reduce((sum, file) => sum + file.size, 0);
    const largest = Number(form.dataset.largest);
    if (!files.length) return told(form, "Choose a file first.", true);
    if (total > largest) return told(form, `These files have ${size(total)}. Allowed: at most ${size(largest)} together. Nothing was sent.`, true);
    const bar = form.querySelector("progress");
    const button = form.querySelector("button");
    const request = new XMLHttpRequest();
    const body = new FormData();
    for (const file of files) body.append("files", file, file.name);
    const begun = performance.now();
    const over = (words) => {
      bar.hidden = true;
      button.disabled = false;
      told(form, words, true);
    };
    request.upload.onprogress = (step) => {
      if (!step.lengthComputable) return;
      bar.max = step.total;
      bar.value = step.loaded;
      const seconds = (performance.now() - begun) / 1000;
      told(form, `${size(step.loaded)} of ${size(step.total)} sent, ${left((seconds / step.loaded) * (step.total - step.loaded))}`, false);
    };
    request.onload = () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* the words below are said */ }
      if (request.status === 200 && typeof answer.to === "string" && /^\/(?!\/)/.test(answer.to)) location.assign(answer.to);
      else over(answer.told || request.responseText.slice(0, 300) || "The files were refused; nothing was kept.");
    };
    request.onerror = () => over("The connection broke; nothing was kept. Send the files again.");
    request.open("POST", form.dataset.upload);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-Medquant-Token", form.dataset.token);
    bar.hidden = false;
    button.disabled = true;
    told(form, "Sending…", false);
    request.send(body);
  };
  document.addEventListener("submit", (event) => {
    if (!event.target.matches?.("form[data-upload]")) return;
    event.preventDefault();
    send(event.target);
  });
})();
