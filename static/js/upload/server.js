// Talks to the server in tus 1.0, with the session and token of the page.
import { text64 } from "./digest.js";

export class Lost extends Error {}
export class SignedOut extends Error {}
export class Refused extends Error {
  constructor(answer) {
    super(detail(answer.text));
    this.status = answer.status;
    this.offset = answer.header("Upload-Offset");
  }
}

const detail = (text) => {
  try { return JSON.parse(text).detail ?? ""; } catch { return ""; }
};

const ask = (method, url, { headers = {}, body = null, onprogress, onbegin } = {}) => new Promise((resolve, reject) => {
  const request = new XMLHttpRequest();
  request.open(method, url);
  Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
  if (onprogress) request.upload.onprogress = ({ loaded }) => onprogress(loaded);
  request.onload = () => resolve({ status: request.status, text: request.responseText, header: (name) => request.getResponseHeader(name) });
  request.onerror = request.onabort = request.ontimeout = () => reject(new Lost());
  onbegin?.(request);
  request.send(body);
});

export class Server {
  constructor(form) { this.form = form; }

  get place() { return this.form.dataset.uploads; }

  async call(method, url, options = {}, again = true) {
    const token = this.form.querySelector("[name=csrfmiddlewaretoken]");
    const headers = { "Tus-Resumable": "1.0.0", "X-CSRFToken": token.value, ...options.headers };
    const answer = await ask(method, url, { ...options, headers });
    if (answer.status === 401) throw new SignedOut();
    // After signing in again elsewhere the session has another token.
    if (answer.status === 403 && again && await this.renew()) return this.call(method, url, options, false);
    if (answer.status >= 400) throw new Refused(answer);
    return answer;
  }

  async renew() {
    const page = await fetch(location.href).then((answer) => answer.text()).catch(() => "");
    const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("form[data-upload] [name=csrfmiddlewaretoken]");
    if (fresh) this.form.querySelector("[name=csrfmiddlewaretoken]").value = fresh.value;
    return Boolean(fresh);
  }

  async list() { return JSON.parse((await this.call("GET", this.place)).text).uploads; }

  async begin(file, name, fingerprint) {
    const told = { filename: name, filetype: file.type, fingerprint };
    const metadata = Object.entries(told).filter(([, value]) => value).map(([key, value]) => `${key} ${text64(value)}`).join(",");
    const answer = await this.call("POST", this.place, { headers: { "Upload-Length": file.size, "Upload-Metadata": metadata } });
    return answer.header("Location");
  }

  async offset(url) { return Number((await this.call("HEAD", url)).header("Upload-Offset")); }

  async send(url, offset, data, sum, watch) {
    const headers = { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream", ...(sum && { "Upload-Checksum": sum }) };
    return Number((await this.call("PATCH", url, { ...watch, headers, body: data })).header("Upload-Offset"));
  }

  drop(url) { return this.call("DELETE", url); }
}
