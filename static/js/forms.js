// Moves the focus to what went wrong, and sends a form once however often its button is pressed.
const focusFirst = (root) => root.querySelector("[data-focus]")?.focus();

focusFirst(document);
document.addEventListener("htmx:afterSwap", (event) => focusFirst(event.target));

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.method === "get") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // After this turn, so that the pressed button's own name and value are still sent.
  setTimeout(() => form.querySelectorAll("button:not([type=button])").forEach((button) => button.setAttribute("aria-disabled", "true")));
  // A download leaves the page where it is; the form must be usable again.
  setTimeout(() => release(form), 8000);
});

const release = (form) => {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
};

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) release(form);
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));
