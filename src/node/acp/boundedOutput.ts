/** The last part of what a program wrote, whole characters only. */
export class BoundedOutput {
  private chunks: Buffer[] = [];
  private length = 0;
  private isCut = false;

  constructor(private readonly maxBytes: number) {}

  add(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.length += chunk.length;
    // Joined only now and then, so that many small pieces cost no more than few large ones.
    if (this.length > 2 * this.maxBytes + 65_536) this.cut();
  }

  /** True when more was written than is kept. */
  get isTruncated(): boolean {
    return this.isCut || this.length > this.maxBytes;
  }

  get text(): string {
    this.cut();
    return Buffer.concat(this.chunks).toString('utf8');
  }

  private cut(): void {
    if (this.length <= this.maxBytes) return;
    const whole = Buffer.concat(this.chunks);
    let start = whole.length - this.maxBytes;
    // A byte of the form 10xxxxxx belongs to the character before.
    while (start < whole.length && ((whole[start] ?? 0) & 0xc0) === 0x80) start += 1;
    const kept = Buffer.from(whole.subarray(start));
    this.chunks = [kept];
    this.length = kept.length;
    this.isCut = true;
  }
}
