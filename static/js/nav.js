// On phones the navigation and the tabs are strips: bring the place where we are into view.
document.querySelectorAll(".sidebar, .tabs").forEach((strip) => {
  const current = strip.querySelector("[aria-current]");
  if (!current || strip.scrollWidth <= strip.clientWidth) return;
  const away = current.getBoundingClientRect().left - strip.getBoundingClientRect().left;
  strip.scrollLeft += away - strip.clientWidth / 2 + current.offsetWidth / 2;
});

// "/" goes to the search box, as long as nothing is being typed.
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("input, textarea, select, [contenteditable]")) return;
  const search = document.getElementById("search");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});

// Filters are open without JavaScript; on a phone they would push the list off the screen.
if (matchMedia("(max-width: 1000px)").matches) {
  document.querySelectorAll("[data-fold-narrow]").forEach((details) => { details.open = false; });
}
