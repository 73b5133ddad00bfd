// <form data-confirm="what will happen"> asks before it is sent. Without JavaScript it is sent at once, so an act that
// cannot be undone has a page of its own that lists the consequences; this is for the rest.
const dialog = document.getElementById("confirm-dialog");

const ask = (form, submitter) => {
  dialog.querySelector("#confirm-text").textContent = form.dataset.confirm;
  const words = submitter?.textContent.trim();
  if (words) dialog.querySelector("[data-confirm-yes]").textContent = words;
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => {
    if (dialog.returnValue !== "yes") return;
    form.dataset.confirmed = "yes";
    form.requestSubmit(submitter ?? undefined);
  }, { once: true });
  dialog.showModal();
};

// In the capturing phase: before htmx and before the guard against double sending.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!dialog || !form.dataset.confirm) return;
  if (form.dataset.confirmed) {
    delete form.dataset.confirmed;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(form, event.submitter);
}, true);
