// Trajectories of several methods over a landscape: play, stop, step by step.

const FRAMES_PER_SECOND = 20;

function render(root, data) {
  const { methods, tasks } = data;
  const last = data.steps.length - 1;
  const width = 560, height = (width * (data.y[1] - data.y[0])) / (data.x[1] - data.x[0]);
  const x = scale(data.x[0], data.x[1], 0, width), y = scale(data.y[0], data.y[1], height, 0);
  let step = last, playing = null;

  const drawings = methods.map((method) => {
    const look = { fill: "none", stroke: method.color, "stroke-width": 2.5, "stroke-dasharray": method.dash, "stroke-linejoin": "round" };
    const lines = method.points.map(() => drawn("path", look));
    const dots = method.points.map(() => drawn("circle", { r: 5.5, fill: method.color, stroke: "white", "stroke-width": 1.5 }));
    const places = method.points.map((points) => points.map(([a, b]) => [x(a), y(b)]));
    return { group: drawn("g", {}, ...lines, ...dots), lines, dots, places };
  });
  const line = (points) => path(points.map(([a, b]) => [x(a), y(b)]));
  const picture = drawn("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img" },
    ...data.contours.map((points) => drawn("path", { class: "grid", fill: "none", d: line(points) })),
    drawn("path", { fill: "none", stroke: data.front.color, "stroke-width": 9, "stroke-opacity": 0.5, "stroke-linecap": "round", d: line(data.front.points) }),
    ...data.minima.map((minimum) => drawn("text", {
      x: x(minimum.place[0]), y: y(minimum.place[1]) + 9, "text-anchor": "middle", style: `fill: ${minimum.color}; font-size: 26px`,
    }, "★")),
    ...drawings.map((drawing) => drawing.group));

  const dial = slider("step", {
    min: 0, max: last, step: 1, value: last, say: (value) => `${data.steps[value]} of ${data.steps[last]}`,
    change: (value) => { stop(); step = value; update(); },
  });
  const play = control("button", { type: "button", click: () => (playing ? stop() : start()) }, "▶ play");
  const boxes = methods.map((method, k) => {
    const box = control("input", { type: "checkbox", checked: method.shown, "aria-label": method.name });
    box.addEventListener("change", () => update());
    return { box, element: element("label", {}, box,
      element("span", { style: `color: ${method.color}; font-weight: 700`, "aria-hidden": "true" }, "●"), method.name), k };
  });
  const cells = methods.map((method) => method.points.map(() => element("td", { class: "losses" })));
  const rows = methods.map((method, k) => element("tr", {}, element("th", { scope: "row" }, method.name), ...cells[k]));
  const table = element("table", { "aria-label": "losses at this step" },
    element("thead", {}, element("tr", {}, element("th", { scope: "col" }, "method"),
      ...methods[0].points.map((_, s) => element("th", { scope: "col" }, `${tasks.join(" / ")}, start ${s + 1}`)))),
    element("tbody", {}, ...rows));
  const words = element("p", { class: "words", "aria-live": "polite" });
  const say = announcer(words);
  root.append(
    element("div", { class: "controls" }, play, dial.element),
    element("div", { class: "sides" }, picture,
      element("fieldset", {}, element("legend", {}, "methods"), ...boxes.map((box) => box.element)), table), words,
  );

  function start() {
    if (step === last) step = 0;
    play.textContent = "■ stop";
    let before = performance.now();
    const frame = (now) => {
      const steps = Math.floor(((now - before) / 1000) * FRAMES_PER_SECOND);
      if (steps > 0) {
        before = now;
        step = Math.min(last, step + steps);
        dial.set(step);
        update();
      }
      if (step === last || !root.isConnected) stop();
      else playing = requestAnimationFrame(frame);
    };
    playing = requestAnimationFrame(frame);
  }

  function stop() {
    if (playing) cancelAnimationFrame(playing);
    playing = null;
    play.textContent = "▶ play";
  }

  function update() {
    const on = [];
    methods.forEach((method, k) => {
      const shown = boxes[k].box.checked, drawing = drawings[k];
      drawing.group.style.display = shown ? "" : "none";
      rows[k].hidden = !shown;
      if (!shown) return;
      on.push(method.name);
      drawing.places.forEach((places, s) => {
        drawing.lines[s].setAttribute("d", path(places.slice(0, step + 1)));
        drawing.dots[s].setAttribute("cx", places[step][0]);
        drawing.dots[s].setAttribute("cy", places[step][1]);
      });
      cells[k].forEach((cell, s) => { cell.textContent = method.losses[s][step].map((loss) => loss.toFixed(2)).join(" / "); });
    });
    const what = on.length ? on.join(", ") : "no method";
    picture.setAttribute("aria-label", `Two parameters, contours of the sum of the losses; ${what} after step ${data.steps[step]}`);
    if (!playing) say(`step ${data.steps[step]} of ${data.steps[last]}: ${what}`);
  }
  update();
}
