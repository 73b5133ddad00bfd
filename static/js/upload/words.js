// Sizes, times and sentences as people read them.
const SIZES = ["B", "kB", "MB", "GB", "TB"];

export const size = (bytes) => {
  let step = 0;
  while (bytes >= 999.5 && step < SIZES.length - 1) { bytes /= 1000; step += 1; }
  return `${step && bytes < 99.95 ? bytes.toFixed(1) : Math.round(bytes)} ${SIZES[step]}`;
};

export const time = (seconds) => {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.ceil(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
};

export const fill = (text, values) => Object.entries(values).reduce((said, [name, value]) => said.replace(`{${name}}`, value), text);
