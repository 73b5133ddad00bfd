// Covered material: shown in grey on a deliberate, logged click; covered again by Escape, the button, or leaving the tab.
const covered = new Map();

const coverAgain = (place) => {
  const original = covered.get(place);
  if (!original) return;
  covered.delete(place);
  place.querySelector("video")?.pause();
  place.replaceWith(original);
  original.querySelector("[data-reveal] button")?.focus();
};
const coverAll = () => [...covered.keys()].forEach(coverAgain);

const reveal = async (form) => {
  const place = form.closest("[data-cover]");
  const button = form.querySelector("button");
  button.setAttribute("aria-disabled", "true");
  try {
    const headers = { "HX-Request": "true" };
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), headers, redirect: "error" });
    if (!response.ok) throw new Error(response.statusText);
    const parsed = new DOMParser().parseFromString(await response.text(), "text/html");
    const shown = document.importNode(parsed.querySelector("[data-cover]"), true);
    covered.set(shown, place);
    place.replaceWith(shown);
    shown.querySelector("[data-revealed]")?.focus();
    if (document.hidden) coverAgain(shown);
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
  const shown = form.closest("[data-cover]");
  if (form.matches("[data-reveal]")) {
    event.preventDefault();
    reveal(form);
  } else if (form.matches(".cover__again") && covered.has(shown)) {
    event.preventDefault();
    coverAgain(shown);
  } else return;
  event.stopImmediatePropagation();
}, true);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  coverAll();
  document.querySelector(".cover--revealed .cover__again button")?.click();
});
document.addEventListener("visibilitychange", () => { if (document.hidden) coverAll(); });
