/** The elements of a viewer. */

import { MAX_BLACK_POINT, MAX_STOPS } from "../tone/brightness.ts";
import style from "./style.css?inline";

const TEMPLATE = `
<div class="all">
  <div class="stage" part="stage">
    <canvas hidden></canvas>
    <div class="invitation">Drop an .llc file here. It stays on this device.</div>
  </div>
  <progress hidden aria-label="Progress"></progress>
  <p class="status" role="status"></p>
  <div class="controls">
    <label>As shot<input name="brightness" type="range" min="0" max="1" step="0.01" value="1"
      aria-label="From as shot to bright">Bright</label>
    <label>Exposure<input name="exposure" type="range" min="-${MAX_STOPS}" max="${MAX_STOPS}"
      step="0.1" value="0"><output name="stops">0 stops</output></label>
    <label>Black point<input name="black" type="range" min="0" max="${MAX_BLACK_POINT}" step="1"
      value="0"><output name="level">0</output></label>
  </div>
  <div class="actions">
    <button name="open" type="button">Open a file…</button>
    <input name="file" type="file" accept=".llc" hidden>
    <button name="png" type="button">Save PNG</button>
    <button name="jpeg" type="button">Save JPEG</button>
    <button name="webp" type="button">Save WebP</button>
    <slot></slot>
  </div>
  <table><tbody></tbody></table>
</div>`;

/** The elements of a viewer that change. */
export interface View {
  readonly stage: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly invitation: HTMLElement;
  readonly progress: HTMLProgressElement;
  readonly status: HTMLElement;
  readonly brightness: HTMLInputElement;
  readonly exposure: HTMLInputElement;
  readonly stops: HTMLOutputElement;
  readonly black: HTMLInputElement;
  readonly level: HTMLOutputElement;
  readonly open: HTMLButtonElement;
  readonly file: HTMLInputElement;
  readonly saving: readonly HTMLButtonElement[];
  readonly facts: HTMLElement;
}

/** Fill a shadow root, and return its elements. */
export function fill(root: ShadowRoot): View {
  root.innerHTML = TEMPLATE;
  const sheet = document.createElement("style");
  sheet.textContent = style;
  root.prepend(sheet);
  const find = <E extends Element>(selector: string): E => {
    const element = root.querySelector<E>(selector);
    if (!element) throw new Error(`the viewer has no ${selector}`);
    return element;
  };
  return {
    stage: find(".stage"),
    canvas: find("canvas"),
    invitation: find(".invitation"),
    progress: find("progress"),
    status: find(".status"),
    brightness: find("[name=brightness]"),
    exposure: find("[name=exposure]"),
    stops: find("[name=stops]"),
    black: find("[name=black]"),
    level: find("[name=level]"),
    open: find("[name=open]"),
    file: find("[name=file]"),
    saving: ["png", "jpeg", "webp"].map((name) => find<HTMLButtonElement>(`[name=${name}]`)),
    facts: find("tbody"),
  };
}

/** Show rows of a name and a value. */
export function showFacts(facts: HTMLElement, rows: readonly (readonly [string, string])[]): void {
  facts.replaceChildren(
    ...rows.map(([name, value]) => {
      const row = document.createElement("tr");
      const head = document.createElement("th");
      const cell = document.createElement("td");
      head.scope = "row";
      head.textContent = name;
      cell.textContent = value;
      row.append(head, cell);
      return row;
    }),
  );
}

/** Offer a file to be saved. */
export function offer(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
