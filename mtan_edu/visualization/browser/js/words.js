// Numbers, names and places as pieces of a sentence.

/** Three significant digits without an exponent where it stays readable. */
export function number(value) {
  if (value === null || !Number.isFinite(value)) return "not a number";
  const size = Math.abs(value);
  if (size !== 0 && size < 0.0005) return value.toExponential(1).replace("-", "−");
  const decimals = size < 1 ? 3 : size < 10 ? 2 : size < 100 ? 1 : 0;
  return value.toFixed(decimals).replace("-", "−");
}

/** A number with two decimals and its sign. */
export function signed(value) {
  if (value === null || !Number.isFinite(value)) return "none";
  return (value < 0 ? "−" : "+") + Math.abs(value).toFixed(2);
}

/** A number with two decimals. */
export function short(value) {
  return value === null || !Number.isFinite(value) ? "none" : value.toFixed(2).replace("-", "−");
}

export function plural(count, word) {
  return `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
}

export function listing(names) {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
