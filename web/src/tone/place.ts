/** Where a window lies in its picture, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of the picture. */
  readonly wholeWidth: number;
  /** Of the picture. */
  readonly wholeHeight: number;
}
