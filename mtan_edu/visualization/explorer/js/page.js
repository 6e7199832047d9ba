// A page without Python: the explorer on a state of its own, kept in the address so that a view can be mailed.

import { control } from "./dom.js";
import { SORTS } from "./order.js";
import { allViews } from "./views.js";

const PAGE_STATE = JSON.parse(document.getElementById("mtan-state").textContent);

/** What the explorer needs of a model of a notebook. */
class StandIn {
  constructor(values) {
    this.standIn = true;
    this.values = values;
    this.listeners = new Map();
  }

  get(key) {
    return this.values[key];
  }

  set(key, value) {
    this.values[key] = value;
    for (const listener of this.listeners.get(`change:${key}`) ?? []) listener();
  }

  on(event, listener) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  off(event, listener) {
    this.listeners.set(event, (this.listeners.get(event) ?? []).filter((one) => one !== listener));
  }

  /** Called once nothing moves: the address then names what is seen. */
  save_changes() {
    const state = Object.fromEntries(Object.keys(PAGE_STATE).map((key) => [key, this.values[key]]));
    history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(state))}`);
  }

  send() {}
}

function fromBase64(text) {
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/** The state that the address names; what does not fit these masks is left out. */
function stateOfAddress(index) {
  let named;
  try {
    named = JSON.parse(decodeURIComponent(location.hash.slice(1)));
  } catch {
    return {};
  }
  const names = (of) => of.map(({ name }) => name);
  const stage = index.stages.find(({ name }) => name === named.stage) ?? index.stages[0];
  const allowed = {
    image: index.images.map((_, b) => b), epoch: index.epochs.map(({ epoch }) => epoch),
    task: names(index.tasks), other_task: names(index.tasks), stage: names(index.stages),
    channel: ["mean", ...Array(stage.channels).keys()], scale: ["shared", "own"], sort: SORTS,
    columns: ["stages", "channels"], colors: index.maskColormaps, sort_stages: [true, false],
    view: allViews().map(({ id }) => id),
  };
  const numbers = (value, length) => Array.isArray(value) && value.length === length && value.every(Number.isFinite);
  const fits = {
    pixel: (value) => numbers(value, 2) && value.every((at, axis) => at >= 0 && at < index.size[axis]),
    zoom: (value) => numbers(value, 3), swipe: (value) => value === null || (value >= 0 && value <= 1),
  };
  return Object.fromEntries(Object.entries(named).filter(([key, value]) =>
    (allowed[key] ? allowed[key].includes(value) : fits[key]?.(value))));
}

function turnTheme() {
  const { dataset } = document.documentElement;
  const dark = dataset.theme ? dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  dataset.theme = dark ? "light" : "dark";
}

/** Start the explorer in an element of the page. */
export async function startPage(render, element) {
  const index = JSON.parse(document.getElementById("mtan-index").textContent);
  const data = fromBase64(document.getElementById("mtan-data").textContent.trim());
  const model = new StandIn({ ...PAGE_STATE, ...stateOfAddress(index), _index: index, _data: data });
  await render({ model, el: element });
  element.querySelector(".mtan-top").append(control("button", { type: "button", on: { click: turnTheme } }, "light / dark"));
}
