// Before the page is painted, so that it is not painted twice: the theme that was chosen the last time.
const chosen = localStorage.getItem("theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
