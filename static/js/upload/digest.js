// SHA-256 where the browser offers it: on https and on this machine. Without it there is no checksum for a piece, and a
// file cannot be found again another day.
const BEGINNING = 1 << 20;

const digest = async (data) => (crypto.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", data)) : null);

export const base64 = (bytes) => btoa(String.fromCharCode(...bytes));
export const text64 = (text) => base64(new TextEncoder().encode(text.toWellFormed ? text.toWellFormed() : text));

export const checksum = async (data) => {
  const found = await digest(data);
  return found && `sha256 ${base64(found)}`;
};

// What a file is known by: its beginning.
export const fingerprint = async (file) => {
  const found = await digest(await file.slice(0, BEGINNING).arrayBuffer());
  return found ? [...found].map((byte) => byte.toString(16).padStart(2, "0")).join("") : "";
};
