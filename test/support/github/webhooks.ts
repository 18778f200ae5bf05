import { createHmac, randomUUID } from 'node:crypto';
import type { Happening } from './happenings.js';
import { payloadOf } from './shapes/payload.js';
import type { World } from './world.js';

export interface Delivery {
  id: string;
  event: string;
  action: string | null;
  body: string;
  /** Of the last attempt; null while there was none, or nobody answered. */
  status: number | null;
}

type Fate = 'send' | 'hold' | 'drop' | 'double';

/** Tells an address of every change, signed as GitHub signs, in the order of the changes unless told otherwise. */
export class Webhooks {
  /** All so far, those held back and dropped among them. */
  readonly deliveries: Delivery[] = [];
  private target: { url: string; secret: string } | null = null;
  private fate: Fate = 'send';
  private held: Delivery[] = [];
  private sending: Promise<void> = Promise.resolve();

  constructor(private readonly world: World) {
    world.listeners.push((happening) => this.notice(happening));
  }

  to(url: string, secret: string): void {
    this.target = { url, secret };
  }

  /** What becomes of the deliveries from now on. */
  from(fate: Fate): void {
    this.fate = fate;
  }

  /** Sends what was held back, in the order of the changes or the other way round. */
  release({ isReversed = false }: { isReversed?: boolean } = {}): void {
    const held = isReversed ? this.held.reverse() : this.held;
    this.held = [];
    this.fate = 'send';
    for (const delivery of held) this.send(delivery);
  }

  /** Once more under the same id, as by the button on GitHub's page. */
  redeliver(delivery: Delivery): void {
    this.send(delivery);
  }

  /** When all that was to be sent has been answered, or will not be. */
  async settled(): Promise<void> {
    let seen;
    while (seen !== this.sending) {
      seen = this.sending;
      await seen;
    }
  }

  private notice(happening: Happening): void {
    if (this.target === null) return;
    const delivery: Delivery = {
      id: randomUUID(),
      event: happening.event,
      action: 'action' in happening ? happening.action : null,
      // As the world is now, and not when it is sent.
      body: JSON.stringify(payloadOf(this.world, happening)),
      status: null,
    };
    this.deliveries.push(delivery);
    if (this.fate === 'hold') this.held.push(delivery);
    if (this.fate === 'send' || this.fate === 'double') this.send(delivery);
    if (this.fate === 'double') this.send(delivery);
  }

  private send(delivery: Delivery): void {
    this.sending = this.sending.then(() => this.post(delivery));
  }

  private async post(delivery: Delivery): Promise<void> {
    if (this.target === null) return;
    const { url, secret } = this.target;
    const signature = createHmac('sha256', secret).update(delivery.body).digest('hex');
    const headers = {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/loopback',
      'x-github-delivery': delivery.id,
      'x-github-event': delivery.event,
      'x-hub-signature-256': `sha256=${signature}`,
    };
    try {
      const response = await fetch(url, { method: 'POST', headers, body: delivery.body });
      delivery.status = response.status;
      await response.arrayBuffer();
    } catch {
      // Nobody is there: GitHub does not try again by itself.
      delivery.status = null;
    }
  }
}
