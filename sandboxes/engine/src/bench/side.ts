import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Block {
  readonly losses: readonly number[];
  /** Of each step, measured inside the process. */
  readonly milliseconds: readonly number[];
}

/** One of the two processes of a comparison: it waits, a number of steps goes in as a line, a block of measurements comes out. */
export class Side implements AsyncDisposable {
  private readonly lines: AsyncIterator<string>;

  private constructor(private readonly process: ChildProcessWithoutNullStreams) {
    this.lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  }

  /** Answers the process with what it says about itself once it is ready. */
  static async start<Ready>(
    command: readonly [string, ...string[]],
    environment: Readonly<Record<string, string>>,
  ): Promise<{ side: Side; ready: Ready }> {
    const [program, ...args] = command;
    const child = spawn(program, args, { env: { ...inherited(), ...environment }, stdio: ['pipe', 'pipe', 'pipe'] });
    child.stderr.pipe(process.stderr);
    await once(child, 'spawn');
    const side = new Side(child);
    const { ready } = (await side.answer()) as { ready: Ready };
    return { side, ready };
  }

  async block(steps: number): Promise<Block> {
    this.process.stdin.write(`${steps}\n`);
    return (await this.answer()) as Block;
  }

  /** Most memory the process ever held, in MiB. */
  peakMemory(): number {
    const status = readFileSync(`/proc/${this.process.pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill();
    await ended;
  }

  private async answer(): Promise<unknown> {
    const { value, done } = await this.lines.next();
    if (done) throw new Error(`${this.process.spawnargs.join(' ')}: expected an answer, found that it had ended.`);
    return JSON.parse(value as string);
  }
}

/** What a program needs to be found and to speak; nothing that could tune one side alone. */
function inherited(): Record<string, string> {
  return { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', HOME: '/nonexistent' };
}
