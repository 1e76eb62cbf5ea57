/* Before and after: two pictures on top of each other, and a line to drag between them. */

(() => {
  const selects = ["left", "right"].map((side) => document.getElementById(side));
  if (!selects[0]) return;
  const STEP = 2; // percent, of an arrow key
  const LEAP = 10; // with shift, or of page up and down
  const name = (side) => selects[side].selectedOptions[0].textContent.trim();

  const compares = [...document.querySelectorAll(".compare")].map((figure) => {
    const stage = figure.querySelector(".stage");
    const divider = figure.querySelector(".divider");
    const picture = report.pictures[Number(figure.dataset.picture)];
    let split = 50; // percent of the width that shows the left picture

    function move(percent) {
      split = Math.min(Math.max(percent, 0), 100);
      stage.style.setProperty("--split", `${split}%`);
      const whole = Math.round(split);
      divider.setAttribute("aria-valuenow", String(whole));
      divider.setAttribute("aria-valuetext", `${whole} % ${name(0)}, the rest ${name(1)}`);
    }

    function follow(event) {
      const bounds = stage.getBoundingClientRect();
      move((100 * (event.clientX - bounds.left)) / bounds.width);
    }

    stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      stage.setPointerCapture(event.pointerId);
      divider.focus({ preventScroll: true });
      event.preventDefault(); // neither selects text nor takes the focus away again
      follow(event);
    });
    stage.addEventListener("pointermove", (event) => {
      if (stage.hasPointerCapture(event.pointerId)) follow(event);
    });
    divider.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? LEAP : STEP;
      const target = {
        ArrowLeft: split - step,
        ArrowDown: split - step,
        ArrowRight: split + step,
        ArrowUp: split + step,
        PageDown: split - LEAP,
        PageUp: split + LEAP,
        Home: 0,
        End: 100,
      }[event.key];
      if (target === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      move(target);
    });

    function fill() {
      ["left", "right"].forEach((side, number) => {
        const [source, note] = picture.versions[Number(selects[number].value)];
        const image = figure.querySelector(`img.${side}`);
        const missing = figure.querySelector(`.missing.${side}`);
        image.hidden = missing.hidden = false;
        if (source) {
          missing.hidden = true;
          image.src = source;
          image.alt = `${picture.title}: ${name(number)}`;
        } else {
          image.hidden = true;
          missing.textContent = `Not available: ${note}`;
        }
        const caption = figure.querySelector(`.side.${side}`);
        caption.querySelector("b").textContent = name(number);
        caption.querySelector("span").textContent = source ? note : "";
      });
      move(split);
    }
    return fill;
  });

  const fillAll = () => compares.forEach((fill) => fill());
  for (const select of selects) select.addEventListener("change", fillAll);
  document.getElementById("swap").addEventListener("click", () => {
    const [left, right] = selects;
    [left.value, right.value] = [right.value, left.value];
    fillAll();
  });
  fillAll();
})();
