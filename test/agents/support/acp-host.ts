import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestHost } from '../../activities/agent/host.js';
import { agentHome } from './home.js';

/** What opencode needs of its home's environment. */
export const opencodeVariables = '[OPENCODE_DISABLE_AUTOUPDATE, OPENCODE_DISABLE_MODELS_FETCH]';

/** What it says comes late on a machine that has much to do. */
const patient = ', read_timeout_ms: 100000';

export interface AcpSettings {
  /** What is started, where it is not opencode. */
  command?: string;
  /** Further keys of the section `acp`, as they stand between braces. */
  acp?: string;
  /** Further keys of the section `agent`. */
  agent?: string;
  /** The section `containment`. */
  containment?: string;
  /** The part of opencode's own configuration. */
  permission?: Record<string, string>;
}

/** A host whose tasks are worked on by the real opencode, which asks the model on this port. */
export class OpencodeHost extends TestHost {
  private constructor(
    private readonly home: string,
    ...rest: ConstructorParameters<typeof TestHost>
  ) {
    super(...rest);
  }

  static create(binary: string, port: number, settings: AcpSettings = {}): OpencodeHost {
    const { command = `${binary} acp`, acp = patient, agent = '', permission = {}, containment } = settings;
    const home = mkdtempSync(join(tmpdir(), 'continuo-opencode-'));
    const env = agentHome('opencode', home, port);
    const file = join(home, '.config/opencode/opencode.json');
    const config = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...config, permission }));
    const written = `agent: { kind: acp, env: ${opencodeVariables}${agent} }
acp: { command: ${command}${acp} }`;
    const more = containment === undefined ? {} : { containment };
    return new OpencodeHost(home, written, undefined, env, more);
  }

  override async remove(): Promise<void> {
    await super.remove();
    rmSync(this.home, { recursive: true, force: true });
  }
}
