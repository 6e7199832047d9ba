// What lies around a view: a light or a dark page, its width, and the picture that stands for it where it does not live.

/** Marks an element "mtan-dark" where its surroundings are, and calls `changed` when they or the width have changed. */
export class Surroundings {
  constructor(root, changed) {
    Object.assign(this, { root, changed, width: 0, dark: null });
    const page = root.ownerDocument;
    this.turned = () => requestAnimationFrame(() => this.look());
    this.themes = new MutationObserver(this.turned);
    for (const element of [page.documentElement, page.body]) this.themes.observe(element, { attributes: true });
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.scheme.addEventListener("change", this.turned);
    this.sizes = new ResizeObserver(() => this.look());
    this.sizes.observe(root);
    this.look();
  }

  look() {
    const { root } = this, dark = isDark(root), width = root.clientWidth;
    if (dark === this.dark && width === this.width) return;
    Object.assign(this, { dark, width });
    root.classList.toggle("mtan-dark", dark);
    this.changed();
  }

  end() {
    this.themes.disconnect();
    this.sizes.disconnect();
    this.scheme.removeEventListener("change", this.turned);
  }
}

/** Whether letters are brighter than what lies below them. */
function isDark(root) {
  const [r, g, b] = (getComputedStyle(root).color.match(/[\d.]+/g) ?? [0, 0, 0]).map(Number);
  return r + g + b > 380;
}

/** The same hue, readable on a dark ground. */
export function lighter(color) {
  const parts = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
  return `#${parts.map((part) => Math.round(part + (255 - part) * 0.45).toString(16).padStart(2, "0")).join("")}`;
}

/** The still picture before a view, the output above it in a notebook, gives way while the view lives. */
export function hideStill(el) {
  const before = el.closest(".jp-OutputArea-child")?.previousElementSibling;
  const still = before?.querySelector("img") ? before : document.getElementById("mtan-still");
  if (still) still.style.display = "none";
}
