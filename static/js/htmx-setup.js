// Says so when a request in the page fails; what was typed is still there.
const toast = document.getElementById("request-failed");

const fail = (event) => {
  if (!toast) return;
  const request = event.detail.xhr?.getResponseHeader?.("X-Request-ID");
  toast.textContent = request ? `${toast.dataset.text} (${request})` : toast.dataset.text;
  toast.hidden = false;
};

document.addEventListener("htmx:responseError", fail);
document.addEventListener("htmx:sendError", fail);
document.addEventListener("htmx:timeout", fail);
document.addEventListener("htmx:afterOnLoad", (event) => { if (toast && event.detail.successful) toast.hidden = true; });
