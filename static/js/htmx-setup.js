// Says so when a request in the page fails; what was typed is still there.
const toast = document.getElementById("request-failed");

const say = (text, request) => {
  if (!toast) return;
  toast.textContent = request ? `${text} (${request})` : text;
  toast.hidden = false;
};

// The server's own words come as an event; without them (a lost line, a proxy's answer) ours have to do.
document.addEventListener("casework:error", (event) => say(event.detail.message));
const fail = (event) => {
  const { xhr } = event.detail;
  if (xhr?.getResponseHeader("HX-Trigger")?.includes("casework:error")) return;
  say(toast?.dataset.text, xhr?.getResponseHeader("X-Request-ID"));
};
["htmx:responseError", "htmx:sendError", "htmx:timeout"].forEach((kind) => document.addEventListener(kind, fail));
document.addEventListener("htmx:afterOnLoad", (event) => { if (toast && event.detail.successful) toast.hidden = true; });
