import type { Taker } from './accept.js';
import { accept } from './accept.js';
import { drainSignal, drainUpdate } from './messages.js';
import type { Project } from './project-context.js';
import { forgetTold } from './project-hosts.js';

/** Registers the message by which a person takes a host out of use, or back into it. */
export function acceptDrain({ state }: Project, taker: Taker): void {
  accept(taker, drainUpdate, drainSignal, {
    read: (fields) => ({ ...fields.message(), host: fields.text('host'), undo: fields.isTrue('undo') }),
    refuse: ({ host: id, undo }) => {
      const host = state.hosts[id];
      if (host === undefined) {
        const known = Object.keys(state.hosts).sort().join(', ') || 'none has joined yet';
        return `there is no host ${JSON.stringify(id)}; the hosts are: ${known}`;
      }
      if (undo) return host.drained === null ? `host ${id} is not drained` : null;
      return host.drained === null ? null : `host ${id} is drained already, by ${host.drained.by}`;
    },
    apply: ({ host: id, undo, by }) => {
      const host = state.hosts[id];
      if (host === undefined) return 'there is no such host';
      host.drained = undo ? null : { by, at: new Date().toISOString() };
      forgetTold(state, id);
      return undo
        ? `host ${id} is used again, says ${by}`
        : `host ${id} is drained by ${by}: nothing new goes there, and its tasks move after their present turn`;
    },
  });
}
