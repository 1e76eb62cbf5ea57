/* What is drawn: measures, the axis of rates, and the pipelines by families. */

(() => {
  const measures = document.getElementById("measures");
  report.measures.forEach((measure, number) => {
    const input = html("input", { type: "radio", name: "measure", checked: number === 0 });
    input.value = measure.column;
    input.addEventListener("change", () => chart.setMeasure(measure));
    measures.append(html("label", {}, input, html("span", {}, measure.title)));
  });
  measures.hidden = report.measures.length === 0;

  const logarithmic = document.getElementById("logarithmic");
  logarithmic.checked = report.logarithmic;
  logarithmic.addEventListener("change", () => chart.setLogarithmic(logarithmic.checked));

  const legend = document.getElementById("legend");
  const buttons = new Map(); // by the number of the pipeline

  function refresh() {
    for (const [number, button] of buttons) {
      button.setAttribute("aria-pressed", String(!chart.hidden.has(number)));
    }
    for (const heading of legend.querySelectorAll(".family")) {
      const shown = heading.numbers.filter((number) => !chart.hidden.has(number)).length;
      const state = shown === 0 ? "false" : shown === heading.numbers.length ? "true" : "mixed";
      heading.setAttribute("aria-pressed", state);
    }
    chart.draw();
  }

  /** Hide pipelines if all of them are shown, and show them otherwise. */
  function toggle(numbers) {
    const hide = numbers.every((number) => !chart.hidden.has(number));
    for (const number of numbers) chart.hidden[hide ? "add" : "delete"](number);
    refresh();
  }

  function entry(number) {
    const pipeline = report.pipelines[number];
    const button = html("button", { type: "button", className: "entry" });
    button.append(swatch(pipeline), html("bdi", {}, pipeline.name));
    button.addEventListener("click", () => toggle([number]));
    button.addEventListener("pointerenter", () => chart.light(number));
    button.addEventListener("pointerleave", () => chart.light(null));
    button.addEventListener("focus", () => chart.light(number));
    button.addEventListener("blur", () => chart.light(null));
    buttons.set(number, button);
    return button;
  }

  for (const family of report.families) {
    const numbers = [...report.pipelines.keys()].filter(
      (number) => report.pipelines[number].family === family.key,
    );
    if (numbers.length === 0) continue;
    const heading = html("button", { type: "button", className: "family" }, family.title);
    heading.numbers = numbers;
    heading.addEventListener("click", () => toggle(numbers));
    legend.append(html("div", { className: "group" }, heading, ...numbers.map(entry)));
  }
  refresh();
})();
