// How the curves are looked at: which quantities, the axis, smoothing and zoom. It lives in the model, beside the points.

const BEGIN = { quantity: "main", log: false, smoothing: 0, zoom: null };
const SAVE_AFTER = 250; // ms without a change until Python, or the address of a page, hears of it

/** What may be chosen; anything else, from an address say, is as it was at the beginning. */
const FITS = {
  quantity: (value) => typeof value === "string",
  log: (value) => typeof value === "boolean",
  smoothing: (value) => value >= 0 && value < 1,
  zoom: (value) => value === null || (Array.isArray(value) && value.length === 2 && value[0] < value[1]),
};

export class View {
  constructor(model, changed) {
    Object.assign(this, { model, changed, timer: null });
    model.on("change:_view", changed);
  }

  get(key) {
    const value = Object(this.model.get("_view"))[key];
    return value !== undefined && FITS[key](value) ? value : BEGIN[key];
  }

  set(changes) {
    this.model.set("_view", { ...this.model.get("_view"), ...changes });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), SAVE_AFTER);
  }

  save() {
    try {
      this.model.save_changes();
    } catch {
      // the kernel is gone: the view goes on
    }
  }

  end() {
    clearTimeout(this.timer);
    this.model.off("change:_view", this.changed);
  }
}
