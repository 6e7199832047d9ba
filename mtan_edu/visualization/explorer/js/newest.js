// One question at a time; of those that come meanwhile only the newest waits: a drag must not queue.

const LONGEST = 20_000; // ms until an answer is given up
const LOOK_EVERY = 1500; // ms between two looks whether anybody is still there

export class Newest {
  /** `answered(question, answer, problem)` hears every end: an answer { content, buffers }, or null and a sentence. */
  constructor(kernel, kind, answered) {
    Object.assign(this, { kernel, kind, answered, running: null, waiting: null });
  }

  ask(question) {
    if (this.running) this.waiting = question;
    else this.run(question);
  }

  async run(question) {
    this.running = question;
    const watch = setInterval(() => this.kernel.reaches(), LOOK_EVERY);
    let answer = null, problem = "";
    try {
      answer = await this.kernel.ask(this.kind, question, LONGEST);
    } catch (error) {
      problem = error.message;
    }
    clearInterval(watch);
    const next = this.waiting;
    this.running = this.waiting = null;
    if (next && this.kernel.answers(this.kind)) this.run(next);
    this.answered(question, answer, problem);
  }
}
