// One file on its way: found or begun on the server, sent in pieces, gone on with after whatever interrupts it.
import { checksum, fingerprint } from "./digest.js";
import { Lost, Refused, SignedOut } from "./server.js";

const SMALLEST = 256 << 10;
const FIRST = 1 << 20;
const QUICK = 2000;  // milliseconds for a piece, below which the next may be larger
const PAUSES = [1, 2, 4, 8, 15, 30];  // seconds
const MAY_PASS = new Set([408, 409, 429, 460, 500, 502, 503, 504, 507]);

export class Transfer extends EventTarget {
  constructor(file, name, server, { largest, claim }) {
    super();
    Object.assign(this, { file, name, server, largest, claim });
    Object.assign(this, { state: "waiting", offset: 0, sent: 0, piece: Math.min(FIRST, largest), tries: 0, detail: "" });
  }

  get id() { return this.url?.split("/").at(-2); }
  get done() { return this.state === "done"; }
  get stopped() { return ["paused", "failed", "done"].includes(this.state); }

  say(state, detail = "") {
    Object.assign(this, { state, detail });
    this.dispatchEvent(new Event("change"));
  }

  pause() {
    if (this.stopped) return;
    this.say("paused");
    this.request?.abort();
    this.wake?.();
  }

  // One after the other: what was paused may still be ending when it is gone on with.
  run() {
    this.last = (this.last ?? Promise.resolve()).then(() => this.toTheEnd());
    return this.last;
  }

  async toTheEnd() {
    if (this.stopped) return;
    this.tries = 0;
    this.say("sending");
    while (!this.stopped) {
      try {
        await this.goOn();
      } catch (error) {
        if (!this.stopped) await this.survive(error);
      }
    }
  }

  async goOn() {
    if (!this.url) {
      this.url = await this.find();
      if (!this.stopped) this.say("sending");
    }
    this.offset = this.sent = await this.server.offset(this.url);
    while (this.offset < this.file.size && !this.stopped) await this.sendPiece();
    if (!this.stopped) this.say("done");
  }

  async find() {
    const print = this.print ??= await fingerprint(this.file);
    const known = print ? await this.server.list() : [];
    const same = known.find((each) => each.fingerprint === print && each.size === this.file.size && each.name === this.name && this.claim(each.id));
    return same ? same.url : this.server.begin(this.file, this.name, print);
  }

  async sendPiece() {
    const data = await this.file.slice(this.offset, this.offset + this.piece).arrayBuffer();
    const sum = await checksum(data);
    if (this.stopped) return;
    const begun = performance.now();
    const from = this.offset;
    const onprogress = (loaded) => { this.sent = from + Math.min(loaded, data.byteLength); this.dispatchEvent(new Event("progress")); };
    this.offset = this.sent = await this.server.send(this.url, from, data, sum, { onprogress, onbegin: (request) => { this.request = request; } });
    this.tries = 0;
    if (performance.now() - begun < QUICK) this.piece = Math.min(this.piece * 2, this.largest);
    if (!this.stopped) this.say("sending");
  }

  async survive(error) {
    this.sent = this.offset;
    if (error instanceof SignedOut) this.say("signed-out");
    else if (error instanceof Lost) this.say("lost");
    else if (error instanceof Refused && error.status === 404 && this.url && this.tries < 1) this.url = undefined;
    else if (error instanceof Refused && MAY_PASS.has(error.status) && !(error.status === 409 && !this.url)) this.say("lost", error.message);
    else { this.say("failed", error instanceof Refused ? error.message : "unreadable"); return; }
    this.piece = Math.max(SMALLEST, Math.floor(this.piece / 2));
    // The server says where it stands: that is no fault of the line.
    const moved = error instanceof Refused && error.status === 409 && this.tries === 0;
    await this.rest(moved ? 0 : PAUSES[Math.min(this.tries, PAUSES.length - 1)]);
    this.tries += 1;
    if (!this.stopped) this.say("sending");
  }

  rest(seconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(end, seconds * 1000);
      function end() { clearTimeout(timer); removeEventListener("online", end); resolve(); }
      this.wake = end;
      addEventListener("online", end);
    });
  }
}
