// Questions to Python, and whether anybody is there to answer.

const PATIENCE = 8000; // ms until a question counts as unanswered

export class Kernel {
  /** `model.standIn` is true in a page without Python. */
  constructor(model) {
    this.model = model;
    this.status = model.standIn ? "absent" : "silent"; // "absent", "silent" or "there"
    this.waiting = new Map();
    this.listeners = [];
    this.count = 0;
    this.receive = (message, buffers) => this.hear(message, buffers);
    this.doubt = () => this.check();
    model.on("msg:custom", this.receive);
    this.changed = () => this.notify();
    model.on("change:_answered", this.changed);
    model.on("comm_live_update", this.doubt); // the connection to the kernel was lost, or found again
  }

  /** Whether somebody is there: everything that comes counts as an answer. */
  check() {
    if (this.status === "absent") return;
    this.become("silent");
    this.ask("ready").catch(() => {});
  }

  /** Which handler, the first or a later one, was given to `on_request` for a kind; 0 if none was, or nobody is there. */
  answers(kind) {
    return this.status === "there" ? (this.model.get("_answered") ?? {})[kind] ?? 0 : 0;
  }

  /** In words, for whoever wonders why something is off. */
  get words() {
    return {
      absent: "a page without Python: what needs the kernel is off",
      silent: "the kernel does not answer (busy, or gone): what needs it is off, all the rest works",
      there: "",
    }[this.status];
  }

  /**
   * Ask a question of some kind; a handler that was given to `on_request` answers it.
   * Resolves to { content, buffers }; rejects with an Error that says why there is no answer.
   */
  ask(kind, content = {}, patience = PATIENCE) {
    if (this.status === "absent") return Promise.reject(new Error(this.words));
    const id = (this.count += 1);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.lose(id), patience);
      this.waiting.set(id, { resolve, reject, timer });
      try {
        this.model.send({ kind, id, content });
      } catch {
        this.lose(id);
      }
    });
  }

  /** Whether a message still leaves: JupyterLab says nothing when a kernel ends, but refuses to send. */
  reaches() {
    if (this.status === "absent") return true; // a page keeps its state by itself
    try {
      this.model.send({ kind: "here" });
      return true;
    } catch {
      for (const id of [...this.waiting.keys()]) this.lose(id);
      this.become("silent");
      return false;
    }
  }

  onStatus(listener) {
    this.listeners.push(listener);
  }

  hear(message, buffers) {
    this.become("there");
    const asked = this.waiting.get(message.id);
    if (!asked) return;
    clearTimeout(asked.timer);
    this.waiting.delete(message.id);
    if (message.kind === "error") asked.reject(new Error(message.content));
    else asked.resolve({ content: message.content, buffers: buffers ?? [] });
  }

  lose(id) {
    const asked = this.waiting.get(id);
    if (!asked) return;
    clearTimeout(asked.timer);
    this.waiting.delete(id);
    this.become("silent");
    asked.reject(new Error(this.words));
  }

  become(status) {
    if (status === this.status) return;
    this.status = status;
    this.notify();
  }

  notify() {
    for (const listener of this.listeners) listener();
  }

  end() {
    this.model.off("msg:custom", this.receive);
    this.model.off("change:_answered", this.changed);
    this.model.off("comm_live_update", this.doubt);
    for (const { timer } of this.waiting.values()) clearTimeout(timer);
    this.listeners = [];
  }
}
