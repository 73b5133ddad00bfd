// Parts of a file (contact sheet, pages, sound): shown on a deliberate, logged click; gone again by Escape, the button,
// another part, or leaving the tab.
const say = (what, place) => document.dispatchEvent(new CustomEvent(`casework:${what}`, { detail: { place } }));

const clear = (place) => {
  const shown = place.firstElementChild;
  if (!shown) return;
  say("covered", shown);
  place.querySelectorAll("audio").forEach((sound) => { sound.pause(); sound.removeAttribute("src"); sound.load(); });
  const word = place.dataset.shown;
  place.replaceChildren();
  place.closest("[data-file]").querySelector(`form[data-part="${word}"] button`)?.focus();
};
const clearAll = () => document.querySelectorAll("[data-part-place]").forEach(clear);

const show = async (form) => {
  const place = form.closest("[data-file]").querySelector("[data-part-place]");
  const button = form.querySelector("button");
  button.setAttribute("aria-disabled", "true");
  try {
    const headers = { "HX-Request": "true" };
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers, redirect: "error" });
    if (!response.ok) throw new Error(response.statusText);
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    const shown = document.importNode(parsed.querySelector("[data-cover]"), true);
    clear(place);
    place.replaceChildren(shown);
    place.dataset.shown = form.dataset.part;
    say("uncovered", shown);
    if (document.hidden) return clear(place);
    shown.querySelector("[data-revealed]")?.focus();
  } catch {
    // The page's own way still works, and says what is wrong.
    form.submit();
  } finally {
    button.removeAttribute("aria-disabled");
    delete form.dataset.sent;
  }
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  const place = form.closest("[data-part-place]");
  if (form.matches("[data-part]")) show(form);
  else if (place && form.matches("[data-leave]")) clear(place);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") clearAll(); });
document.addEventListener("visibilitychange", () => { if (document.hidden) clearAll(); });
document.addEventListener("casework:cover", clearAll);
addEventListener("blur", clearAll);
addEventListener("pagehide", clearAll);
