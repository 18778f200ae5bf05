import { openJournal } from './journal.js';
import { generations } from './place.js';
import type { LineProtocol } from './session.js';

/** The generations that are over, each read once. */
export class Past<S> {
  /** The last one that was read. */
  newest: string | null = null;
  private state: S;

  constructor(
    private readonly protocol: Pick<LineProtocol<S, never>, 'initial' | 'apply' | 'restart'>,
    private readonly place: string,
  ) {
    this.state = protocol.initial;
  }

  /** The state in which the generation after this one begins; null for the first. */
  async readTo(last: string | null): Promise<S> {
    const all = generations(this.place);
    const unread = all.slice(this.newest === null ? 0 : all.indexOf(this.newest) + 1);
    for (const folder of unread.slice(0, last === null ? 0 : unread.indexOf(last) + 1)) {
      const journal = openJournal(folder);
      try {
        await journal.readTo(Number.MAX_SAFE_INTEGER, (record) => {
          this.state = this.protocol.apply(this.state, record);
        });
      } finally {
        await journal.close();
      }
      this.add(folder, this.state);
    }
    return this.state;
  }

  readBefore(folder: string): Promise<S> {
    const all = generations(this.place);
    return this.readTo(all[all.indexOf(folder) - 1] ?? null);
  }

  /** A generation that was read elsewhere, to its end. */
  add(folder: string, state: S): void {
    this.newest = folder;
    this.state = this.protocol.restart(state);
  }
}
