// A form with files: they set out as soon as they are chosen, and the form waits for them.
import { choosing } from "./choosing.js";
import { Queue } from "./queue.js";
import { Rows } from "./rows.js";
import { sendForm } from "./sending.js";
import { Server } from "./server.js";
import { showUnfinished } from "./unfinished.js";
import { fill, size, time } from "./words.js";

const form = document.querySelector("form[data-upload]");
const server = new Server(form);
const queue = new Queue(server, Number(form.dataset.chunk));
let rows;
let wanted = false;  // the person has pressed the button, and the form goes when all files are there
let said = 0;

const part = (name) => form.querySelector(`[data-${name}]`);
const say = (text) => {
  part("progress").hidden = !text && !wanted;
  part("overall").hidden = part("cancel").hidden = !wanted;
  part("words").textContent = text ?? "";
};

const tell = () => {
  const now = performance.now();
  part("overall").value = queue.size ? (queue.sent / queue.size) * 100 : 0;
  document.dispatchEvent(new Event("casework:busy"));
  if (!wanted || now - said < 1000) return;
  said = now;
  const state = ["signed-out", "lost"].find((bad) => queue.transfers.some((each) => each.state === bad));
  const going = fill(form.dataset.going, { done: size(queue.sent), total: size(queue.size), left: time(queue.left) });
  // Before anything has moved there is no pace to tell the time by.
  const told = queue.sent > queue.mark ? going : going.split(",")[0];
  say(state === "signed-out" ? form.dataset.signedOut : state ? form.dataset.dropped : told);
};

const look = () => form.querySelector("[data-arrivals]")?.dispatchEvent(new Event("casework:arrived"));

// A question on its way would be cut off when the page is left.
const settle = async () => {
  const question = form.querySelector("[data-arrivals]");
  if (question?.classList.contains("htmx-request")) {
    await new Promise((resolve) => { document.addEventListener("htmx:afterRequest", resolve, { once: true }); setTimeout(resolve, 3000); });
  }
  form.querySelector("[data-arrivals]")?.remove();
};

const goOn = () => {
  if (!wanted) return;
  if (queue.halted.length) {
    wanted = false;
    const reasons = queue.halted.filter((each) => each.state === "failed" && each.detail !== "unreadable").map((each) => each.detail);
    say([...new Set(reasons), form.dataset.halted].join(" "));
    return;
  }
  if (queue.busy) { tell(); return; }
  wanted = false;
  form.dataset.sending = "yes";
  say(form.dataset.finishing);
  settle().then(() => sendForm(form, server, { say, shown: mount }));
};

const several = () => {
  const own = form.querySelector("[name=each_own]")?.closest(".field");
  if (own) own.hidden = queue.transfers.length + form.querySelectorAll("[type=checkbox][name=uploads]:checked").length < 2;
};

const mount = () => {
  const box = part("uploads-box");
  const taken = new Set([...form.querySelectorAll("[type=checkbox][name=uploads]")].map((one) => one.value));
  queue.transfers = queue.transfers.filter((each) => !(each.done && taken.has(each.id)));
  form.querySelector("input[type=file][name=files]").closest(".field").after(box);
  box.hidden = false;
  rows = new Rows(box, queue);
  choosing(form, box, (file, name) => queue.add(file, name));
  showUnfinished(box, server, queue);
  part("cancel").onclick = () => { wanted = false; queue.pauseAll(); say(form.dataset.cancelled); };
  part("pause-all").onclick = () => queue.pauseAll();
  part("resume-all").onclick = () => queue.resumeAll();
  several();
  globalThis.htmx?.process(box);
  part("focus")?.focus();
};

queue.addEventListener("added", ({ detail }) => { rows.add(detail); several(); });
queue.addEventListener("progress", () => { queue.transfers.forEach((each) => rows.draw(each)); tell(); });
queue.addEventListener("change", ({ detail }) => {
  rows.draw(detail);
  part("all").hidden = queue.transfers.length < 2;
  if (detail.done && !wanted) look();
  if (["signed-out", "lost"].includes(detail.state)) said = 0;
  several();
  goOn();
});
form.addEventListener("change", ({ target }) => {
  if (["uploads", "url", "reposts"].includes(target.name)) { several(); look(); }
});
addEventListener("beforeunload", (event) => { if (queue.busy && !form.dataset.gone) event.preventDefault(); });
document.addEventListener("submit", (event) => {
  if (event.target !== form) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (form.dataset.sending || wanted) return;
  wanted = true;
  said = 0;
  goOn();
}, true);
mount();
