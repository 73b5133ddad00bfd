// Draws each file of the queue: how far it is, what it waits for, its buttons.
import { fill, size } from "./words.js";

const words = (transfer, texts) => ({
  waiting: texts.waiting, paused: texts.paused, done: texts.done, lost: transfer.detail || texts.lost, "signed-out": texts.signedOut,
  failed: transfer.detail === "unreadable" ? texts.unreadable : transfer.detail || texts.failed,
}[transfer.state] ?? fill(texts.piece, { done: size(transfer.sent), total: size(transfer.file.size) }));

export class Rows {
  constructor(box, queue) {
    Object.assign(this, { box, queue, list: box.querySelector("[data-queue]"), rows: new Map(), texts: box.dataset });
    queue.transfers.forEach((each) => this.add(each));
  }

  add(transfer) {
    const row = this.box.querySelector("[data-row]").content.firstElementChild.cloneNode(true);
    row.querySelector("[data-name]").textContent = transfer.name;
    row.querySelectorAll("[data-for]").forEach((part) => { part.textContent = `: ${transfer.name}`; });
    row.querySelector("progress").setAttribute("aria-label", transfer.name);
    row.querySelector("[data-pause]").onclick = () => transfer.pause();
    row.querySelector("[data-resume]").onclick = () => this.queue.resume(transfer);
    row.querySelector("[data-remove]").onclick = () => { this.queue.remove(transfer); this.focusNear(row); row.remove(); this.rows.delete(transfer); };
    this.rows.set(transfer, row);
    this.list.append(row);
    this.draw(transfer);
  }

  draw(transfer) {
    const row = this.rows.get(transfer);
    if (!row) return;
    const halted = ["paused", "failed"].includes(transfer.state);
    const buttons = { pause: row.querySelector("[data-pause]"), resume: row.querySelector("[data-resume]") };
    const held = Object.values(buttons).find((button) => button === document.activeElement);
    buttons.pause.hidden = halted || transfer.done;
    buttons.resume.hidden = !halted;
    if (held?.hidden) (halted ? buttons.resume : transfer.done ? row.querySelector("[data-remove]") : buttons.pause).focus();
    row.querySelector("progress").value = transfer.done ? 100 : (transfer.sent / transfer.file.size) * 100;
    row.querySelector("[data-said]").textContent = words(transfer, this.texts);
    row.dataset.state = transfer.state;
    const field = row.querySelector("[name=uploads]");
    field.disabled = !transfer.done;
    field.value = transfer.id ?? "";
  }

  focusNear(row) {
    ((row.nextElementSibling ?? row.previousElementSibling)?.querySelector("[data-remove]") ?? this.box.querySelector("[data-folder-button]"))?.focus();
  }
}
