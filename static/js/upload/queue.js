// All files of a page on their way: a few at a time, paused and gone on with one by one or together.
import { Transfer } from "./transfer.js";

const AT_ONCE = 2;

export class Queue extends EventTarget {
  constructor(server, largest) {
    super();
    Object.assign(this, { server, largest, transfers: [], claimed: new Set(), running: 0, before: performance.now(), mark: 0 });
  }

  add(file, name) {
    // The same file chosen twice is one.
    if (this.transfers.some((each) => each.name === name && each.file.size === file.size && each.file.lastModified === file.lastModified)) return;
    const claim = (id) => !this.claimed.has(id) && Boolean(this.claimed.add(id));
    const transfer = new Transfer(file, name, this.server, { largest: this.largest, claim });
    transfer.addEventListener("change", () => this.changed(transfer));
    transfer.addEventListener("progress", () => this.dispatchEvent(new Event("progress")));
    this.transfers.push(transfer);
    this.dispatchEvent(new CustomEvent("added", { detail: transfer }));
    this.fill();
  }

  changed(transfer) {
    this.dispatchEvent(new CustomEvent("change", { detail: transfer }));
  }

  fill() {
    while (this.running < AT_ONCE) {
      const next = this.transfers.find((each) => each.state === "waiting");
      if (!next) break;
      if (!this.running) { this.before = performance.now(); this.mark = this.sent; }
      this.running += 1;
      next.run().finally(() => { this.running -= 1; this.fill(); this.changed(next); });
    }
  }

  resume(transfer) {
    if (!["paused", "failed"].includes(transfer.state)) return;
    transfer.say("waiting");
    this.fill();
  }

  pauseAll() { this.transfers.forEach((each) => each.pause()); }
  resumeAll() { this.transfers.forEach((each) => this.resume(each)); }

  async remove(transfer) {
    transfer.pause();
    this.transfers = this.transfers.filter((each) => each !== transfer);
    if (transfer.url) await this.server.drop(transfer.url).catch(() => {});
    this.changed(transfer);
  }

  get size() { return this.transfers.reduce((sum, each) => sum + each.file.size, 0); }
  get sent() { return this.transfers.reduce((sum, each) => sum + (each.done ? each.file.size : each.sent), 0); }
  get busy() { return this.transfers.some((each) => !each.stopped); }
  get halted() { return this.transfers.filter((each) => ["paused", "failed"].includes(each.state)); }

  // Seconds that the rest will take at the pace so far.
  get left() {
    const pace = (this.sent - this.mark) / Math.max(performance.now() - this.before, 1) * 1000;
    return (this.size - this.sent) / Math.max(pace, 1);
  }
}
