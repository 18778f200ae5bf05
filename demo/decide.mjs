// One task waits for a person. On a terminal the demo asks; elsewhere it decides with the command
// that a person would type, and shows it.
export async function decide(status, { engine, display, interactive }) {
  const { task } = status;
  display.line('');
  display.line(`${task} waits for ${status.waitingFor}.`);
  display.line(`  see the change   ${engine.prefix} diff ${task}`);
  display.line(`  let it land      ${engine.prefix} approve ${task}`);
  display.line(`  send it back     ${engine.prefix} request-changes ${task} -m '<what to change>'`);
  display.line('');
  if (!interactive) {
    display.line(`No person here, so the demo runs: continuo approve ${task}`);
    display.line(indent(await engine.command('approve', task, '--by', 'demo')));
    return;
  }
  for (;;) {
    const answer = await display.ask(
      '[d]iff, [a]pprove, or Enter to decide with a command in another terminal: ',
    );
    if (answer.trim() === 'd') display.line(await engine.command('diff', task));
    else if (answer.trim() === 'a') {
      display.line(indent(await engine.command('approve', task)));
      return;
    } else return;
  }
}

function indent(text) {
  return text.trimEnd().replace(/^/gm, '  ');
}
