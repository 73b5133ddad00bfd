// Changes light and dark at once; the server is told, so that the next page is drawn right from the start.
const dark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

document.querySelectorAll("[data-theme-form]").forEach((form) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const theme = dark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    const body = new FormData(form);
    body.set("theme", theme);
    fetch(form.action, { method: "POST", body, redirect: "manual" });
  });
});
