/* The curves of one measure against rate; the point nearest to the pointer or the keys is described. */

const chart = (() => {
  const box = document.getElementById("chart");
  const tooltip = document.getElementById("tooltip");
  const description = document.getElementById("chart-description");
  const NEAR = 56; // pixels from the pointer within which a point counts
  const hidden = new Set();
  let measure = report.measures[0];
  let logarithmic = report.logarithmic;
  let active = null; // [number of the pipeline, number of its point]
  let drawn = new Map(); // by the number of the pipeline: places of its points, and its group
  let size = { width: 0, height: 0 };

  const visible = () =>
    report.pipelines
      .map((pipeline, number) => ({ pipeline, number, points: pipeline.points[measure.column] }))
      .filter(({ number, points }) => points.length > 0 && !hidden.has(number));

  /** Return round numbers from low to high, about as many as asked for. */
  function linearTicks(low, high, about) {
    const rough = (high - low) / about;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((s) => s >= rough);
    const ticks = [];
    for (let k = Math.ceil(low / step); k * step <= high + step * 1e-9; k += 1) {
      ticks.push(Number((k * step).toPrecision(12)));
    }
    return ticks;
  }

  function logTicks(low, high) {
    const ticks = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power += 1) {
      for (const factor of [1, 2, 5]) ticks.push(Number((factor * 10 ** power).toPrecision(3)));
    }
    return ticks.filter((tick) => tick >= low && tick <= high);
  }

  /** Return how values become pixels, and where the ticks are. */
  function axis(values, from, to, log, about) {
    let low = Math.min(...values);
    let high = Math.max(...values);
    if (log) {
      [low, high] = [low / 1.15, high * 1.15];
    } else {
      const edge = 0.05 * (high - low || Math.abs(high) || 1);
      [low, high] = [low - edge, high + edge];
    }
    const scale = log ? Math.log : (value) => value;
    const place = (value) =>
      from + ((to - from) * (scale(value) - scale(low))) / (scale(high) - scale(low));
    return { place, ticks: log ? logTicks(low, high) : linearTicks(low, high, about) };
  }

  function draw() {
    for (const old of box.querySelectorAll(":scope > svg")) old.remove();
    drawn = new Map();
    size = { width: box.clientWidth, height: box.clientHeight };
    const picture = svg("svg", { ...size, "aria-hidden": "true" });
    box.prepend(picture);
    const curves = visible();
    if (curves.length === 0) {
      const said = report.pipelines.length ? "No curve is chosen." : "There is nothing to draw.";
      picture.append(svg("text", { x: size.width / 2, y: size.height / 2, class: "empty" }, said));
      return;
    }
    const frame = { left: 50, right: size.width - 12, top: 26, bottom: size.height - 40 };
    const rates = curves.flatMap(({ points }) => points.map((p) => p[0]));
    const values = curves.flatMap(({ points }) => points.map((p) => p[1]));
    const x = axis(
      logarithmic ? rates : [0, ...rates], frame.left, frame.right, logarithmic, size.width / 90,
    );
    const y = axis(values, frame.bottom, frame.top, false, size.height / 60);
    picture.append(grid(frame, x, y));
    for (const { pipeline, number, points } of curves) {
      const places = points.map(([rate, value]) => [x.place(rate), y.place(value)]);
      const group = svg("g", { class: `curve ${styleClass(pipeline)}` });
      if (places.length > 1) group.append(line(pipeline, places));
      group.append(...places.map(([px, py]) => mark(pipeline, px, py)));
      picture.append(group);
      drawn.set(number, { places, group });
    }
    show();
  }

  function grid(frame, x, y) {
    const group = svg("g", { class: "grid" });
    for (const tick of y.ticks) {
      const at = y.place(tick);
      group.append(
        svg("line", { x1: frame.left, x2: frame.right, y1: at, y2: at }),
        svg("text", { x: frame.left - 8, y: at + 4, "text-anchor": "end" }, String(tick)),
      );
    }
    for (const tick of x.ticks) {
      const at = x.place(tick);
      group.append(
        svg("line", { x1: at, x2: at, y1: frame.top, y2: frame.bottom }),
        svg("text", { x: at, y: frame.bottom + 18, "text-anchor": "middle" }, String(tick)),
      );
    }
    group.append(
      svg("text", { x: frame.left, y: 14, class: "label" }, measure.label),
      svg(
        "text",
        { x: frame.right, y: size.height - 4, "text-anchor": "end", class: "label" },
        "bits per pixel",
      ),
    );
    return group;
  }

  /** Show the active point and its numbers, or none. */
  function show() {
    const curve = active && drawn.get(active[0]);
    if (!curve) active = null;
    for (const [number, { group }] of drawn) {
      group.classList.toggle("dim", Boolean(active) && number !== active[0]);
    }
    for (const old of box.querySelectorAll(".ring")) old.remove();
    tooltip.hidden = !active;
    if (!active) return;
    const [px, py] = curve.places[active[1]];
    curve.group.append(svg("circle", { cx: px, cy: py, r: 9, class: "ring" }));
    curve.group.parentNode.append(curve.group); // on top of the others
    fillTooltip();
    const { offsetWidth: width, offsetHeight: height } = tooltip;
    const left = px + 16 + width > size.width ? px - 16 - width : px + 16;
    const top = Math.min(Math.max(py - height / 2, 0), size.height - height);
    tooltip.style.setProperty("left", `${Math.max(left, 0)}px`);
    tooltip.style.setProperty("top", `${Math.max(top, 0)}px`);
  }

  function facts() {
    const pipeline = report.pipelines[active[0]];
    const [rate, , quality] = pipeline.points[measure.column][active[1]];
    const rows = [["Quality", String(quality)], ["bpp", rate.toFixed(3)]];
    for (const other of report.measures) {
      const point = pipeline.points[other.column].find((p) => p[2] === quality);
      const unit = other.unit ? ` ${other.unit}` : "";
      if (point) rows.push([other.title, point[1].toFixed(other.digits) + unit]);
    }
    return { name: pipeline.name, rows };
  }

  function fillTooltip() {
    const { name, rows } = facts();
    const list = html("dl");
    for (const [title, value] of rows) {
      const row = html("div", {}, html("dt", {}, title), html("dd", {}, value));
      row.classList.toggle("now", title === measure.title);
      list.append(row);
    }
    tooltip.replaceChildren(html("b", {}, html("bdi", {}, name)), list);
  }

  function nearest(event) {
    const bounds = box.getBoundingClientRect();
    const [px, py] = [event.clientX - bounds.left, event.clientY - bounds.top];
    let best = null;
    let least = NEAR;
    for (const [number, { places }] of drawn) {
      places.forEach(([x, y], point) => {
        const distance = Math.hypot(x - px, y - py);
        if (distance < least) [best, least] = [[number, point], distance];
      });
    }
    return best;
  }

  function point(event) {
    active = nearest(event);
    show();
  }

  /** Go along a curve, or to the next one, whose point at the nearest rate is taken. */
  function step(event) {
    const numbers = [...drawn.keys()].sort((a, b) => a - b);
    if (event.key === "Escape") active = null;
    else if (numbers.length === 0) return;
    else if (!active) active = [numbers[0], 0];
    else {
      const { places } = drawn.get(active[0]);
      const along = { ArrowLeft: active[1] - 1, ArrowRight: active[1] + 1, Home: 0, End: Infinity };
      const across = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (event.key in along) {
        active = [active[0], Math.min(Math.max(along[event.key], 0), places.length - 1)];
      } else if (across) {
        const turn = numbers.indexOf(active[0]) + across + numbers.length;
        const next = numbers[turn % numbers.length];
        const apart = drawn.get(next).places.map(([x]) => Math.abs(x - places[active[1]][0]));
        active = [next, apart.indexOf(Math.min(...apart))];
      }
    }
    show();
    if (active) {
      const { name, rows } = facts();
      description.textContent = `${name}: ${rows.map((row) => row.join(" ")).join(", ")}`;
    }
  }

  const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "Escape"];
  box.addEventListener("pointermove", point);
  box.addEventListener("pointerdown", point);
  box.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "touch") return; // a finger that is lifted leaves its numbers
    active = null;
    show();
  });
  box.addEventListener("keydown", (event) => {
    if (!KEYS.includes(event.key) || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    step(event);
  });
  box.addEventListener("blur", () => {
    active = null;
    show();
  });
  new ResizeObserver(() => {
    if (box.clientWidth !== size.width || box.clientHeight !== size.height) draw();
  }).observe(box);

  return {
    hidden,
    draw,
    setMeasure(next) {
      measure = next;
      draw();
    },
    setLogarithmic(next) {
      logarithmic = next;
      draw();
    },
    /** Dim all curves but one; none, if this one is not drawn. */
    light(number) {
      for (const [other, { group }] of drawn) {
        group.classList.toggle("dim", drawn.has(number) && other !== number);
      }
    },
  };
})();
