// Sends a form with files itself, to show how far it is. When the line drops, everything typed and chosen is still there.
const SIZES = ["B", "kB", "MB", "GB", "TB"];
const size = (bytes) => {
  let step = 0;
  while (bytes >= 999.5 && step < SIZES.length - 1) { bytes /= 1000; step += 1; }
  return `${step && bytes < 99.95 ? bytes.toFixed(1) : Math.round(bytes)} ${SIZES[step]}`;
};
const time = (seconds) => (seconds < 90 ? `${Math.ceil(seconds)} s` : seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`);

const unsent = (event) => event.preventDefault();

const showAnswer = (form, text) => {
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("form[data-upload]");
  if (!fresh) return false;
  // Chosen files cannot be put into a new control: the old one moves over.
  form.querySelectorAll("input[type=file]").forEach((input) => fresh.querySelector(`[name="${input.name}"]`)?.replaceWith(input));
  form.replaceChildren(...fresh.childNodes);
  form.querySelector("[data-focus]")?.focus();
  return true;
};

// What an error page says, in a line.
const problem = (text) => {
  const page = new DOMParser().parseFromString(text, "text/html");
  return ["main h1", "main [data-problem]"].map((place) => page.querySelector(place)?.textContent.trim()).filter(Boolean).join(": ");
};

// After signing in again elsewhere, the form needs the token of the new session; what stands in it stays.
const renew = async (form) => {
  const text = await (await fetch(location.href)).text();
  const token = new DOMParser().parseFromString(text, "text/html").querySelector("form[data-upload] [name=csrfmiddlewaretoken]");
  if (token) form.querySelector("[name=csrfmiddlewaretoken]").value = token.value;
};

const send = (form) => {
  const box = form.querySelector("[data-progress]");
  const bar = box.querySelector("progress");
  const words = box.querySelector("[data-words]");
  const cancel = box.querySelector("[data-cancel]");
  const request = new XMLHttpRequest();
  const began = performance.now();
  let said = 0;
  const end = (text) => {
    window.removeEventListener("beforeunload", unsent);
    delete form.dataset.sending;
    bar.hidden = cancel.hidden = true;
    box.hidden = !text;
    words.textContent = text ?? "";
  };

  box.hidden = bar.hidden = cancel.hidden = false;
  cancel.onclick = () => request.abort();
  request.upload.onprogress = ({ loaded, total }) => {
    bar.value = (loaded / total) * 100;
    const now = performance.now();
    if (now - said < 1000 && loaded < total) return;
    said = now;
    const left = time(((now - began) / 1000 / Math.max(loaded, 1)) * (total - loaded));
    words.textContent = loaded === total ? form.dataset.finishing
      : form.dataset.going.replace("{done}", size(loaded)).replace("{total}", size(total)).replace("{left}", left);
  };
  request.onerror = () => end(form.dataset.lost);
  request.onabort = () => end(form.dataset.cancelled);
  request.onload = () => {
    end();
    if (new URL(request.responseURL).pathname === form.dataset.signIn) {
      form.dataset.ended = "yes";
      end(form.dataset.signedOut);
      return;
    }
    if (request.status === 201) { location.assign(JSON.parse(request.responseText).location); return; }
    if (!showAnswer(form, request.responseText)) end(problem(request.responseText) || form.dataset.lost);
  };
  request.open("POST", form.getAttribute("action") || location.href);
  request.setRequestHeader("X-Casework-Upload", "1");
  form.dataset.sending = "yes";
  window.addEventListener("beforeunload", unsent);
  request.send(new FormData(form));
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-upload]")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.sending) return;
  if (!form.dataset.ended) { send(form); return; }
  delete form.dataset.ended;
  renew(form).catch(() => {}).finally(() => send(form));
}, true);
