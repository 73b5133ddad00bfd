// Locks by Ctrl+Alt+L and after a time without any sign of a person; blanks the page first, so that nothing stays on
// the screen while a poor line answers. The server ends the session by its own clock whatever happens here.
const form = document.querySelector("form[data-lock]");

if (form) {
  const lock = () => {
    document.body.hidden = true;
    form.submit();
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.altKey && event.code === "KeyL") {
      event.preventDefault();
      lock();
    }
  });
  form.addEventListener("submit", () => { document.body.hidden = true; });

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
