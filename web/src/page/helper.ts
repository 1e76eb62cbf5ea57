/** The page's end of a worker. */

import * as errors from "../errors.ts";
import type { Answer, Ask, Kind, Requests } from "./messages.ts";

interface Waiting {
  readonly resolve: (give: never) => void;
  readonly reject: (error: Error) => void;
}

/** Asks a worker, which answers one request after another. */
export class Helper {
  private readonly waiting = new Map<number, Waiting>();
  private count = 0;
  private lost: errors.LlcError | null = null;

  constructor(private readonly worker: Worker) {
    worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      const { id, give, error } = data;
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (error) waiting?.reject(errorOf(error));
      else waiting?.resolve(give as never);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      const what = event.message || "it cannot be started";
      this.lost = new errors.LlcError(`a worker of this page has failed: ${what}`);
      for (const { reject } of this.waiting.values()) reject(this.lost);
      this.waiting.clear();
    };
  }

  /**
   * Return the answer to a request.
   *
   * @param move - buffers that the worker takes over.
   * @throws LlcError as the worker does.
   */
  ask<K extends Kind>(
    kind: K,
    ask: Requests[K]["ask"],
    move: Transferable[] = [],
  ): Promise<Requests[K]["give"]> {
    if (this.lost) return Promise.reject(this.lost);
    const id = this.count++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.worker.postMessage({ id, kind, ask } satisfies Ask<K>, move);
    });
  }
}

function errorOf({ name, message }: { name: string; message: string }): Error {
  const kinds = errors as unknown as Record<string, new (message: string) => Error>;
  return name in kinds ? new kinds[name](message) : new Error(message);
}
