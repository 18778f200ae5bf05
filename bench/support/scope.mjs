import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Everything that has to end: processes first, newest first, and folders at the very end, because
 * files that are made soon after a large delete are made slowly on some disks.
 */
export class Scope {
  #parent;
  #endings = [];
  #folders = [];
  #closing = null;

  constructor(parent = null) {
    this.#parent = parent;
  }

  /** A part that is closed earlier; its folders stay until the whole is closed. */
  child() {
    const child = new Scope(this);
    this.#endings.push(() => child.close());
    return child;
  }

  /** Runs when the scope is closed. */
  defer(end) {
    this.#endings.push(end);
  }

  folder() {
    if (this.#parent !== null) return this.#parent.folder();
    const folder = realpathSync(mkdtempSync(join(tmpdir(), 'continuo-bench-')));
    this.#folders.push(folder);
    return folder;
  }

  /** Ends everything once, whoever asks and however often. */
  close() {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end() {
    for (const end of this.#endings.reverse()) await end().catch((error) => console.error(error));
    for (const folder of this.#folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
