// What the blocks share: elements, drawings, and controls that JupyterLab's shortcuts leave alone.

/** An element with attributes and children. Functions among the attributes are listeners. */
function element(tag, attributes = {}, ...children) {
  return dress(document.createElement(tag), attributes, children);
}

/** The same for a part of a drawing. */
function drawn(tag, attributes = {}, ...children) {
  return dress(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function dress(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value !== null && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** A control. In a notebook, keys pressed on it would else also be JupyterLab's: `b` inserts a cell. */
function control(tag, attributes, ...children) {
  const node = element(tag, { "data-lm-suppress-shortcuts": "true", ...attributes }, ...children);
  node.addEventListener("keydown", (event) => {
    if (!event.ctrlKey && !event.metaKey && !event.altKey && event.key !== "Escape") event.stopPropagation();
  });
  return node;
}

/** A slider with its name before it and its value behind it; `say` turns a position into words. */
function slider(name, { min, max, step, value, say, change }) {
  const words = element("output", {}, say(value));
  const input = control("input", { type: "range", min, max, step, "aria-label": name, "aria-valuetext": say(value) });
  input.value = value;
  const show = () => {
    words.textContent = say(Number(input.value));
    input.setAttribute("aria-valuetext", words.textContent);
  };
  input.addEventListener("input", () => { show(); change(Number(input.value)); });
  return {
    element: element("label", {}, element("span", {}, name), input, words),
    set: (position) => { input.value = position; show(); },
    get: () => Number(input.value),
  };
}

/** From numbers to places: linear, with both ends given. */
function scale(from, to, start, end) {
  return (value) => start + ((value - from) / (to - from || 1)) * (end - start);
}

/** A line through points. */
function path(points) {
  return points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

/** Say something to those who listen, at most three times a second. */
function announcer(node) {
  let timer = null;
  return (words) => {
    clearTimeout(timer);
    timer = setTimeout(() => { node.textContent = words; }, 300);
  };
}
