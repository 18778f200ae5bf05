import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { chat } from './chat.js';
import type { Body } from './dialect.js';
import { messages } from './messages.js';
import type { ModelRequest } from './request.js';
import { responses } from './responses.js';
import type { Reply, Script } from './script.js';
import { fail, say } from './script.js';
import { send, sendJson } from './send.js';

const dialects = [responses, messages, chat];

/**
 * A model on loopback that answers as a script says, in the provider's dialect in which it is asked. Titles, token
 * counts and lists of models are answered beside the script. A request after its end is refused with status 400.
 */
export class ScriptedModel {
  /** Everything that was asked, oldest first. */
  readonly requests: ModelRequest[] = [];
  readonly #news = new EventEmitter();
  readonly #server: Server;

  private constructor(private readonly script: Script) {
    this.#server = createServer((request, response) => {
      // The agent shows it, so that a mistake in a script does not look like a broken connection.
      this.#take(request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy();
        else sendJson(response, 400, { error: { type: 'invalid_request_error', message: String(error) } });
      });
    });
  }

  /** Starts the endpoint on a free port of loopback. Whoever starts it has to `close` it. */
  static async start(script: Script): Promise<ScriptedModel> {
    const model = new ScriptedModel(script);
    model.#server.listen(0, '127.0.0.1');
    await once(model.#server, 'listening');
    return model;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The requests that the script has answered. */
  get scripted(): ModelRequest[] {
    return this.requests.filter(({ isScripted }) => isScripted);
  }

  /** The requests of the script that ask with a conversation with which somebody had asked before. */
  get repeated(): ModelRequest[] {
    const asked = this.scripted.map(({ conversation }) => JSON.stringify(conversation));
    return this.scripted.filter((_, index) => asked.indexOf(asked[index]!) < index);
  }

  /** Waits until the script has had this many requests, and returns the last of them. */
  async request(count: number): Promise<ModelRequest> {
    while (this.scripted.length < count) await once(this.#news, 'request');
    return this.scripted[count - 1]!;
  }

  /** Cuts what is still being answered. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', headers } = incoming;
    const path = new URL(incoming.url ?? '', 'http://localhost').pathname;
    const sent = await text(incoming);
    const body = sent === '' ? {} : (JSON.parse(sent) as Body);
    const dialect = dialects.find((each) => each.path.test(path)) ?? null;
    const sideAnswer = dialect?.sideAnswer(body) ?? null;
    const request: ModelRequest = {
      at: Date.now(),
      method,
      path,
      headers,
      body,
      dialect: dialect?.name ?? null,
      conversation: dialect?.conversation(body) ?? [],
      isScripted: dialect !== null && sideAnswer === null,
    };
    this.requests.push(request);
    if (dialect === null) {
      answerService(request, response);
      return;
    }
    const reply = sideAnswer === null ? this.#next(request) : say(sideAnswer);
    this.#news.emit('request');
    await send(reply, dialect, body, response);
  }

  #next(request: ModelRequest): Reply {
    if (typeof this.script === 'function') return this.script(request);
    const count = this.scripted.length;
    const step = this.script[count - 1];
    if (step === undefined) return fail(400, { message: `the script ends before request ${count}` });
    return typeof step === 'function' ? step(request) : step;
  }
}

/** What providers offer beside the model itself. */
function answerService({ path, body }: ModelRequest, response: ServerResponse): void {
  if (path.endsWith('/count_tokens')) {
    sendJson(response, 200, { input_tokens: Math.ceil(JSON.stringify(body).length / 4) });
  } else if (path.endsWith('/models')) {
    sendJson(response, 200, { object: 'list', data: [], models: [] });
  } else {
    sendJson(response, 404, { error: { message: `a scripted model has no ${path}` } });
  }
}
