import { pauseUpdate, resumeUpdate } from '../../workflows/messages.js';
import { withEngine } from '../engine.js';
import type { Invocation } from '../invocation.js';
import { newMessage } from '../message.js';
import { tellProject } from '../project-message.js';

/** Pauses or resumes the whole project: its live tasks, and the start of new ones. */
export async function sendProjectNote(
  invocation: Invocation,
  kind: 'pause' | 'resume',
  note: string,
  now = false,
): Promise<void> {
  const message = { ...newMessage(invocation.by), note, now };
  const update = kind === 'pause' ? pauseUpdate : resumeUpdate;
  await withEngine(invocation, (engine) => tellProject(engine, invocation, update, message));
}
