// The weights of Dynamic Weight Average from recorded losses, for any temperature.

/** λ_k = K exp(w_k / T) / Σ_i exp(w_i / T). */
function averageWeights(rates, temperature) {
  const highest = Math.max(...rates);
  const powers = rates.map((rate) => Math.exp((rate - highest) / temperature));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => (rates.length * power) / total);
}

/** w_k(t) = L_k(t) / L_k(t-1); 1 after a loss of 0. */
function rate(losses, epoch) {
  const before = losses[epoch - 2], last = losses[epoch - 1];
  return before === 0 ? 1 : last / before;
}

function render(root, data) {
  const { tasks, temperature } = data;
  const epochs = tasks[0].losses.length;
  const state = { temperature, epoch: epochs + 1 };

  /** Weights in an epoch: 1 in the first two. */
  const weightsIn = (epoch) => (epoch <= 2
    ? tasks.map(() => 1)
    : averageWeights(tasks.map((task) => rate(task.losses, epoch - 1)), state.temperature));

  const dial = slider("temperature T", {
    min: -1, max: 2, step: 0.01, value: Math.log10(temperature),
    say: (position) => number(10 ** position),
    change: (position) => { state.temperature = 10 ** position; update(); },
  });
  const when = slider("weights in epoch", {
    min: Math.min(3, epochs + 1), max: epochs + 1, step: 1, value: state.epoch, say: String,
    change: (epoch) => { state.epoch = epoch; update(); },
  });
  const cells = tasks.map(() => ({ before: element("td"), last: element("td"), rate: element("td"), weight: element("td", { class: "weight" }) }));
  const heads = { before: element("th", { scope: "col" }), last: element("th", { scope: "col" }) };
  const table = element("table", { "aria-label": "losses, training rates and weights" },
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "task"), heads.before, heads.last,
      element("th", { scope: "col" }, "rate w"), element("th", { scope: "col" }, "weight λ"))),
    element("tbody", {}, ...tasks.map((task, k) => element("tr", {},
      element("th", { scope: "row", style: `color: ${task.color}; font-weight: 700` }, task.name),
      ...Object.values(cells[k])))));
  const chart = new Chart(tasks, epochs);
  const words = element("p", { class: "words", "aria-live": "polite" });
  const say = announcer(words);
  root.append(
    element("div", { class: "controls" }, dial.element, when.element),
    element("div", { class: "sides" }, chart.svg, table), words,
  );

  function update() {
    const weights = weightsIn(state.epoch);
    heads.before.textContent = `loss, epoch ${state.epoch - 2}`;
    heads.last.textContent = `loss, epoch ${state.epoch - 1}`;
    tasks.forEach((task, k) => {
      const known = state.epoch > 2;
      cells[k].before.textContent = known ? task.losses[state.epoch - 3].toFixed(3) : "–";
      cells[k].last.textContent = known ? task.losses[state.epoch - 2].toFixed(3) : "–";
      cells[k].rate.textContent = known ? rate(task.losses, state.epoch - 1).toFixed(3) : "–";
      cells[k].weight.textContent = weights[k].toFixed(3);
    });
    const lines = [];
    for (let epoch = 1; epoch <= epochs + 1; epoch += 1) lines.push(weightsIn(epoch));
    chart.draw(lines, state.epoch);
    say(`T = ${number(state.temperature)}, epoch ${state.epoch}: ${tasks.map((task, k) => `${task.name} ${weights[k].toFixed(3)}`).join(", ")}`);
  }
  update();
}

/** Two to three digits. */
function number(value) {
  return value >= 10 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2);
}

/** One line per task over the epochs, from 0 to the number of tasks: no weight is larger. */
class Chart {
  constructor(tasks, epochs) {
    const width = 520, height = 260, left = 52, bottom = 40;
    this.x = scale(1, epochs + 1, left, width - 14);
    this.y = scale(0, tasks.length, height - bottom, 12);
    this.marker = drawn("line", { class: "axis", "stroke-dasharray": "4 4", y1: 12, y2: height - bottom });
    this.lines = tasks.map((task) => drawn("path", {
      fill: "none", stroke: task.color, "stroke-width": 2.5, "stroke-dasharray": task.dash,
    }));
    this.dots = tasks.map((task) => drawn("circle", { r: 5, fill: task.color }));
    const ticks = [];
    for (let value = 0; value <= tasks.length; value += 1) {
      ticks.push(drawn("line", { class: "grid", x1: left, x2: width - 14, y1: this.y(value), y2: this.y(value) }));
      ticks.push(drawn("text", { x: left - 8, y: this.y(value) + 4, "text-anchor": "end" }, String(value)));
    }
    const every = Math.max(1, Math.ceil(epochs / 10));
    for (let epoch = 1; epoch <= epochs + 1; epoch += every) {
      ticks.push(drawn("text", { x: this.x(epoch), y: height - bottom + 18, "text-anchor": "middle" }, String(epoch)));
    }
    this.svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" }, ...ticks,
      drawn("text", { x: (left + width) / 2, y: height - 4, "text-anchor": "middle" }, "epoch"),
      drawn("text", { x: 14, y: height / 2, transform: `rotate(-90 14 ${height / 2})`, "text-anchor": "middle" }, "loss weight λ"),
      this.marker, ...this.lines, ...this.dots);
    this.tasks = tasks;
  }

  draw(weights, epoch) {
    this.lines.forEach((line, k) => line.setAttribute("d", path(weights.map((row, t) => [this.x(t + 1), this.y(row[k])]))));
    this.dots.forEach((dot, k) => {
      dot.setAttribute("cx", this.x(epoch));
      dot.setAttribute("cy", this.y(weights[epoch - 1][k]));
    });
    this.marker.setAttribute("x1", this.x(epoch));
    this.marker.setAttribute("x2", this.x(epoch));
    const parts = this.tasks.map((task, k) => `${task.name} ${weights[epoch - 1][k].toFixed(3)}`);
    this.svg.setAttribute("aria-label", `Weights over the epochs; in epoch ${epoch}: ${parts.join(", ")}`);
  }
}
