(() => {
  const root = document.documentElement;
  root.classList.add("js");
  let theme = null;
  try {
    theme = localStorage.getItem("medquant-theme");
  } catch {
    /* storage is off */
  }
  // A busy Chromium may answer a page that was opened as a file with empty storage; its history entry still knows.
  theme ??= history.state?.theme;
  if (theme === "dark" || theme === "light") root.dataset.theme = theme;
})();
