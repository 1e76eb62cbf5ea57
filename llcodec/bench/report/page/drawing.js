"use strict";

/* What all parts of the page share: the data, and how SVG and the pipelines' marks are drawn. */

const report = JSON.parse(document.getElementById("report-data").textContent);
const families = new Map(report.families.map((family) => [family.key, family]));

/** Make an SVG element. All text on the page goes through textContent, never through markup. */
function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Make an HTML element. */
function html(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

function polygon(corners, radius, turn = -90, inner = radius) {
  const points = [];
  const count = inner === radius ? corners : 2 * corners;
  for (let k = 0; k < count; k += 1) {
    const angle = ((turn + (360 * k) / count) * Math.PI) / 180;
    const r = k % 2 && inner !== radius ? inner : radius;
    points.push(`${(r * Math.cos(angle)).toFixed(2)},${(r * Math.sin(angle)).toFixed(2)}`);
  }
  return `M${points.join("L")}Z`;
}

function plus(r) {
  const a = (0.38 * r).toFixed(2);
  return `M-${a},-${r}H${a}V-${a}H${r}V${a}H${a}V${r}H-${a}V${a}H-${r}V-${a}H-${a}Z`;
}

const SHAPES = {
  circle: (r) => `M-${r},0a${r},${r} 0 1,0 ${2 * r},0a${r},${r} 0 1,0 -${2 * r},0Z`,
  square: (r) => polygon(4, 1.25 * r, 45),
  triangle: (r) => polygon(3, 1.3 * r),
  diamond: (r) => polygon(4, 1.3 * r),
  pentagon: (r) => polygon(5, 1.2 * r),
  plus: (r) => plus(1.25 * r),
  cross: (r) => plus(1.25 * r),
  "triangle-down": (r) => polygon(3, 1.3 * r, 90),
  hexagon: (r) => polygon(6, 1.2 * r),
  star: (r) => polygon(5, 1.9 * r, -90, 0.75 * r),
};

/** Return a point of a pipeline; it takes the colour of what it is put into. */
function mark(pipeline, x, y, radius = 3.6) {
  const turn = pipeline.shape === "cross" ? " rotate(45)" : "";
  return svg("path", {
    d: SHAPES[pipeline.shape](radius),
    transform: `translate(${x.toFixed(1)},${y.toFixed(1)})${turn}`,
    class: families.get(pipeline.family).filled ? "mark filled" : "mark",
  });
}

/** Return a line of a pipeline through points [x, y]. */
function line(pipeline, places) {
  return svg("path", {
    d: `M${places.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}`,
    class: "line",
    "stroke-width": families.get(pipeline.family).width,
    "stroke-dasharray": pipeline.dashes.join(" ") || "none",
  });
}

/** Return the class that gives a pipeline its colour. */
function styleClass(pipeline) {
  return `style-${pipeline.family}-${pipeline.shade}`;
}

/** Return a short piece of a pipeline's curve, for legends and tables. */
function swatch(pipeline) {
  const drawing = svg("svg", { width: 34, height: 14, viewBox: "0 0 34 14", "aria-hidden": "true" });
  drawing.classList.add(styleClass(pipeline));
  drawing.append(line(pipeline, [[1, 7], [33, 7]]), mark(pipeline, 17, 7));
  return drawing;
}
