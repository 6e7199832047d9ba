// A page without Python: a view on a state of its own, kept in the address so that what is seen can be mailed.

import { fromBase64 } from "./bytes.js";
import { control } from "./dom.js";

/** What a view needs of a model of a notebook. */
class StandIn {
  /** `settings`: names of the values that the address keeps. */
  constructor(values, settings) {
    this.standIn = true;
    Object.assign(this, { values, settings });
    this.listeners = new Map();
  }

  get(key) {
    return this.values[key];
  }

  set(key, value) {
    this.values[key] = value;
    this.tell(`change:${key}`);
  }

  on(event, listener) {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
  }

  off(event, listener) {
    this.listeners.set(event, (this.listeners.get(event) ?? []).filter((one) => one !== listener));
  }

  /** Let all hear who listen to an event: in a page, another script is what Python is in a notebook. */
  tell(event, ...what) {
    for (const listener of this.listeners.get(event) ?? []) listener(...what);
  }

  /** Called once nothing moves: the address then names what is seen. */
  save_changes() {
    const state = Object.fromEntries(this.settings.map((key) => [key, this.values[key]]));
    history.replaceState(null, "", `#${encodeURIComponent(JSON.stringify(state))}`);
  }

  send() {}
}

/** The settings that the address names. */
function settingsOfAddress() {
  try {
    return Object(JSON.parse(decodeURIComponent(location.hash.slice(1))));
  } catch {
    return {};
  }
}

function jsonOf(id) {
  return JSON.parse(document.getElementById(id).textContent);
}

function turnTheme() {
  const { dataset } = document.documentElement;
  const dark = dataset.theme ? dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  dataset.theme = dark ? "light" : "dark";
}

/** Start a view in an element of the page. `fitting(named, index)`: those settings of the address that fit the data. */
export async function openPage(render, element, fitting) {
  const state = jsonOf("mtan-state"), index = jsonOf("mtan-index");
  const data = fromBase64(document.getElementById("mtan-data").textContent.trim());
  const values = { ...state, ...fitting(settingsOfAddress(), index), _index: index, _data: data };
  element.model = new StandIn(values, Object.keys(state)); // for other scripts of the page
  await render({ model: element.model, el: element });
  element.querySelector(".mtan-top").append(control("button", { type: "button", on: { click: turnTheme } }, "light / dark"));
}
