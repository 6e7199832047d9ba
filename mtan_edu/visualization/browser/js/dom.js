// Elements in one line. Every control keeps its keys from JupyterLab.

/** An element. Attributes whose value is null or false are left out; `on` holds listeners. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  fill(element, attributes, children);
  return element;
}

/** The same in SVG. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(element, attributes, children);
  return element;
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (value === true) element.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
}

/** JupyterLab reads keys of whatever has no such attribute, also of controls: `b` would insert a cell. */
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

/** A control: an element that takes the keyboard. */
export function control(tag, attributes = {}, ...children) {
  return h(tag, { ...OWN_KEYS, ...attributes }, ...children);
}

/** Write a text only if it is another one. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

/** A menu of values with their words. */
export function menu(name, options, choose) {
  const select = control("select", { "aria-label": name, on: { change: () => choose(select.value) } });
  for (const { value, words, problem } of options) {
    select.append(h("option", { value, disabled: Boolean(problem) }, problem ? `${words} (${problem})` : words));
  }
  return select;
}

/** A control with its name before it. */
export function labeled(words, element) {
  return h("label", { class: "mtan-control" }, h("span", {}, words), element);
}

/** A slider over `count` places, its name before it and the value in words behind it; hidden if there is one place. */
export function slider(name, count, choose) {
  const input = control("input", {
    type: "range", min: 0, max: count - 1, value: 0, "aria-label": name,
    on: { input: () => choose(Number(input.value)) },
  });
  const words = h("output", { class: "mtan-value" });
  const element = labeled(name, input);
  element.append(words);
  element.hidden = count < 2;
  return {
    element, input,
    show(value, total, text, spoken) {
      setAttribute(input, "max", total - 1);
      input.value = value;
      setAttribute(input, "aria-valuetext", spoken);
      setText(words, text);
    },
  };
}
