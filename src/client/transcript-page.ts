/** The transcript of a task as Markdown: turns are its chapters. What agents wrote in it is Markdown by itself. */
export function transcriptPage(task: string, transcript: string): string {
  const lines = transcript.split('\n').map((line) => {
    const title = /^==== (.*)$/.exec(line)?.[1];
    return title === undefined ? line : `## ${title.charAt(0).toUpperCase()}${title.slice(1)}\n`;
  });
  return [`# ${task}`, '', ...lines].join('\n');
}
