import { readFile } from 'node:fs/promises';
import { withEngine } from '../engine.js';
import type { Invocation } from '../invocation.js';
import { needRunDirectory } from '../run-directory.js';
import { transcriptPage } from '../transcript-page.js';
import { transcriptOf } from './logs.js';

/** Prints what the agents of a task have said and done, as Markdown. */
export async function showTranscript(invocation: Invocation, task: string): Promise<void> {
  await withEngine(invocation, async (engine, { paths }) => {
    const { out, json } = invocation;
    const directory = await needRunDirectory(engine, paths, invocation, task);
    const text = await readFile(transcriptOf(directory), 'utf8').catch(() => null);
    if (json) out.json({ task, markdown: text && transcriptPage(task, text) });
    else if (text === null) out.remark(`no agent of task ${task} has begun yet`);
    else out.text(transcriptPage(task, text));
  });
}
