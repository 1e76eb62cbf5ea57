/** The text of `kernel_binary.ts`. */
export function assembled(): Promise<string>;
