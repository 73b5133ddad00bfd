// Locks by Ctrl+Alt+L and after a time without any sign of a person; blanks the page first, so that nothing stays on
// the screen while a poor line answers. The server ends the session by its own clock whatever happens here. What was
// typed goes along, and is there again for the same person after signing in.
const form = document.querySelector("form[data-lock]");

const typedIn = new Set();
document.addEventListener("input", (event) => {
  const owner = event.target.form;
  if (owner?.method === "post" && owner !== form) typedIn.add(owner);
});
document.addEventListener("submit", (event) => typedIn.delete(event.target));

const add = (name, value) => {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  form.append(field);
};

const takeAlong = () => {
  const last = [...typedIn].filter((one) => one.isConnected).pop();
  if (!last) return;
  const secret = new Set([...last.elements].filter((one) => one.type === "password").map((one) => one.name));
  const fields = [...new FormData(last)].filter(([name]) => !secret.has(name));
  add("typed", new URLSearchParams(fields.filter(([, value]) => typeof value === "string")).toString());
  add("typed_action", new URL(last.action, location.href).pathname);
  fields.filter(([, value]) => value instanceof File && value.name).forEach(([, file]) => add("typed_file", file.name));
};

if (form) {
  const lock = () => {
    document.body.hidden = true;
    takeAlong();
    form.submit();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.altKey && event.code === "KeyL") {
      event.preventDefault();
      lock();
    }
  });
  form.addEventListener("submit", () => {
    document.body.hidden = true;
    takeAlong();
  });

  const seconds = Number(form.dataset.lockAfter);
  if (seconds > 0) {
    let last = Date.now();
    const seen = () => { last = Date.now(); };
    ["pointerdown", "keydown", "wheel", "touchstart"].forEach((kind) => addEventListener(kind, seen, { passive: true }));
    document.addEventListener("htmx:afterRequest", seen);
    document.addEventListener("casework:busy", seen);  // an upload in progress counts as presence
    setInterval(() => { if (Date.now() - last > seconds * 1000) lock(); }, 5000);
  }
}

// The browser's memory of a page must not outlive the session.
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
