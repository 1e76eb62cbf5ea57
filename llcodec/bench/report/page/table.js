/* Tables: the pipelines' marks, and sorting by a click on a heading. */

(() => {
  for (const place of document.querySelectorAll(".swatch[data-pipeline]")) {
    place.append(swatch(report.pipelines[Number(place.dataset.pipeline)]));
  }

  /** Compare two values; missing ones come last in either direction. */
  function compared(a, b, numeric, direction) {
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    return direction * (numeric ? Number(a) - Number(b) : a.localeCompare(b));
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    const headings = [...table.tHead.rows[0].cells];
    const body = table.tBodies[0];
    headings.forEach((heading, column) => {
      heading.querySelector("button").addEventListener("click", () => {
        const rises = heading.getAttribute("aria-sort") === "ascending";
        const numeric = heading.classList.contains("number");
        const value = (row) => row.cells[column].dataset.value;
        const rows = [...body.rows];
        rows.sort((a, b) => compared(value(a), value(b), numeric, rises ? -1 : 1));
        for (const other of headings) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", rises ? "descending" : "ascending");
        body.append(...rows);
      });
    });
  }
})();
