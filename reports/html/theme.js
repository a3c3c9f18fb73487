document.documentElement.classList.add("js");
try {
  const theme = localStorage.getItem("medquant-theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch {
  /* storage is off: the system's choice holds */
}
